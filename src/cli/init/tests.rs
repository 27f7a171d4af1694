//! Catalogs made by hand, and the demonstration's own database.

#![allow(clippy::unwrap_used)]

use contract::SqlType;
use contract::catalog::{Column, ForeignKey, Index, IndexPart};

use super::*;
use crate::cli::check;
use crate::cli::demo;
use crate::config::{Code, Options, Severity, read};

fn column(name: &str, declared: &str, ty: SqlType) -> Column {
    Column {
        name: name.to_owned(),
        declared: declared.to_owned(),
        ty,
        nullable: true,
        length: None,
        precision: None,
        scale: None,
        collation: None,
        exact: true,
        comment: None,
    }
}

fn int(name: &str) -> Column {
    Column { nullable: false, ..column(name, "int(11)", SqlType::I32) }
}

fn text(name: &str, length: u32) -> Column {
    let declared = format!("varchar({length})");
    Column { length: Some(length), exact: false, ..column(name, &declared, SqlType::Text) }
}

fn part(column: &str) -> IndexPart {
    IndexPart {
        column: column.to_owned(),
        expression: false,
        descending: false,
        nulls_first: Some(true),
        prefix: None,
        collation: None,
    }
}

fn index(name: &str, unique: bool, parts: Vec<IndexPart>) -> Index {
    Index { name: name.to_owned(), unique, parts, condition: None, method: "btree".to_owned() }
}

fn table(name: &str, key: &[&str], columns: Vec<Column>) -> Table {
    let primary_key: Vec<String> = key.iter().map(|&name| name.to_owned()).collect();
    let parts: Vec<_> = key.iter().map(|name| part(name)).collect();
    let indexes = if key.is_empty() { Vec::new() } else { vec![index("PRIMARY", true, parts)] };
    Table { name: name.to_owned(), columns, primary_key, indexes, ..Table::default() }
}

fn reference(columns: &[&str], target: &str, target_columns: &[&str]) -> ForeignKey {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    ForeignKey {
        name: None,
        columns: owned(columns),
        target_schema: None,
        target: target.to_owned(),
        target_columns: owned(target_columns),
    }
}

/// What a database of thirty years may hold.
fn nasty() -> Vec<Table> {
    let mut account = table("ACCOUNT", &["ID"], vec![int("ID"), text("NAME", 80), int("PARENT_ID")]);
    account.comment = Some("Who \"pays\"\nus".to_owned());
    account.foreign_keys = vec![reference(&["PARENT_ID"], "ACCOUNT", &["ID"])];
    let mut orders = table("Orders", &["No", "Year"], orders_columns());
    orders.foreign_keys = vec![
        reference(&["BILL_TO"], "ACCOUNT", &["ID"]),
        reference(&["SHIP_TO_ID"], "ACCOUNT", &["ID"]),
        reference(&["BILL_TO"], "ACCOUNT", &["ID"]),
        reference(&["color"], "colours", &["code"]),
        reference(&["Größe"], "colours", &["code"]),
    ];
    orders.indexes.extend([
        Index {
            condition: Some("STATE <> 'X\\Y'".to_owned()),
            ..index("open only", false, vec![IndexPart { descending: true, ..part("BILL_TO") }])
        },
        index("mixed", true, {
            let lower = IndexPart { expression: true, ..part("lower(`note`)") };
            let descending = IndexPart { descending: true, nulls_first: Some(false), ..part("SHIP_TO_ID") };
            vec![descending, IndexPart { prefix: Some(10), ..part("note") }, lower, part("shape")]
        }),
        Index { method: "fulltext".to_owned(), ..index("words", false, vec![part("note")]) },
        index(
            "folded",
            false,
            vec![
                IndexPart { collation: Some("utf8mb4_bin".to_owned()), ..part("note") },
                IndexPart { nulls_first: Some(false), ..part("color") },
            ],
        ),
    ]);
    let mut lines = table("order-lines", &["No", "Year", "LINE"], vec![int("No"), int("Year"), int("LINE")]);
    lines.foreign_keys =
        vec![reference(&["No", "Year"], "Orders", &["No", "Year"]), reference(&["LINE"], "elsewhere", &["id"])];
    let blob_key = table("blobs", &["h"], vec![column("h", "varbinary(32)", SqlType::Bytes)]);
    let mut by_index = table("by_index", &[], vec![int("a"), text("b", 9), int("c")]);
    by_index.indexes = vec![
        index("ab", true, vec![part("a"), part("b")]),
        index("ca", true, vec![part("c"), part("a")]),
        Index { condition: Some("a > 0".to_owned()), ..index("a", true, vec![part("a")]) },
    ];
    let mut view = table("OPEN_ORDERS", &[], vec![int("Year"), int("No"), text("NAME", 80)]);
    view.view = true;
    let empty = Table { view: true, ..table("broken view", &[], Vec::new()) };
    let long = table(&"LONG_".repeat(12), &["1st"], vec![int("1st"), int("$$$"), int("東京"), int("a"), int("A")]);
    let (upper, lower) = (table("DEFAULT", &["k"], vec![int("k")]), table("default", &["K"], vec![int("K")]));
    let colour =
        table("colours", &["code"], vec![Column { nullable: false, ..text("code", 5) }, int("Order"), int("Colour")]);
    let mut order = table("order", &["id"], vec![int("id"), int("account"), int("Account_Ref")]);
    order.foreign_keys = vec![reference(&["account"], "colours", &["Colour"])];
    vec![account, blob_key, by_index, upper, long, view, orders, empty, colour, lower, order, lines]
}

fn orders_columns() -> Vec<Column> {
    let decimal = Column {
        precision: Some(12),
        scale: Some(2),
        ..column("AMOUNT", "decimal(12,2)", SqlType::Decimal { scale: Some(2) })
    };
    vec![
        int("No"),
        int("Year"),
        int("BILL_TO"),
        Column { nullable: true, ..int("SHIP_TO_ID") },
        text("color", 5),
        column("Größe", "double", SqlType::F64),
        decimal,
        column("big", "bigint(20) unsigned", SqlType::U64),
        column("paid", "tinyint(1)", SqlType::I16),
        column("STATE", "char(1)", SqlType::Char { length: 1 }),
        Column { comment: Some("C:\\temp \u{7} # not a comment".to_owned()), ..text("note", 400) },
        column("memo", "longtext", SqlType::Text),
        column("kind", "enum('a','bcd')", SqlType::Other),
        column("shape", "point", SqlType::Bytes),
        column("photo", "longblob", SqlType::Bytes),
        column("uid", "binary(16)", SqlType::Bytes),
        column("at", "datetime", SqlType::Timestamp),
        column("changed", "timestamp", SqlType::Instant),
        column("clock", "time", SqlType::Time),
        column("day", "date", SqlType::Date),
        text("Order", 3),
        text("ORDER", 3),
        text("order\"; DROP", 3),
    ]
}

/// The findings of a model over a database of that dialect.
fn findings(model: &str, dialect: &str) -> Vec<crate::config::Finding> {
    let dir = tempfile::tempdir().unwrap();
    let server = format!("[sources.legacy]\nurl = \"{dialect}:x\"\n[services.s]\nmodel = \"m\"\n");
    std::fs::write(dir.path().join("t.toml"), server).unwrap();
    std::fs::write(dir.path().join("m"), model).unwrap();
    read(&dir.path().join("t.toml"), &Options::default()).findings
}

#[test]
fn a_nasty_catalog_becomes_a_model_that_lacks_nothing_but_keys() {
    let tables = nasty();
    let dialect = dialect::named("mysql").unwrap();
    let written = || super::text::model("Legacy", "legacy", dialect, &draft_all(&tables, "legacy", dialect));
    let model = written();
    assert_eq!(model, written(), "the same catalog gives the same bytes");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/init/nasty.golden");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&golden, &model).unwrap();
    }
    assert_eq!(model, std::fs::read_to_string(&golden).unwrap(), "UPDATE=1 writes what is right now");
    let found = findings(&model, "mysql");
    let errors: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.iter().all(|finding| finding.code == Code::NoKey), "{errors:?}");
    assert_eq!(errors.len(), 3, "{errors:?}");
    // With the keys that are proposed it loads.
    let keyed = model.replace("# key = [\"...\"]", "key = []").replace("# key = [", "key = [");
    let errors = findings(&keyed, "mysql").into_iter().filter(|finding| finding.severity == Severity::Error);
    let codes: Vec<_> = errors.map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::NoKey, Code::NoKey], "nothing of `blobs` and nothing of the broken view can be a key");
}

#[test]
fn columns_in_any_order_have_the_same_names() {
    let tables = nasty();
    let mut turned = nasty();
    turned.iter_mut().for_each(|table| table.columns.reverse());
    let dialect = dialect::named("mysql").unwrap();
    let names = |tables: &[Table], table: &str| {
        let drafts = draft_all(tables, "legacy", dialect);
        let draft = drafts.iter().find(|draft| draft.table.name == table).unwrap();
        let mut names: Vec<_> = draft.properties.iter().map(|p| (p.column.name.clone(), p.name.clone())).collect();
        names.sort();
        names
    };
    for table in ["ACCOUNT", "Orders", "order-lines"] {
        assert_eq!(names(&tables, table), names(&turned, table));
    }
}

async fn init(url: &str, dir: &Path, more: impl FnOnce(&mut InitArgs)) -> Result<String, InitError> {
    let url = Some(Secret::new(url.to_owned()));
    let mut args =
        InitArgs { url, dir: dir.to_owned(), schema: None, tables: Vec::new(), add: Vec::new(), force: false };
    more(&mut args);
    let mut out = Vec::new();
    run(args, &mut out).await?;
    Ok(String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn the_demonstrations_database_becomes_two_files_that_load() {
    let dir = tempfile::tempdir().unwrap();
    let database = demo::generate(dir.path()).unwrap().database;
    let url = format!("sqlite:{}", database.display());
    let target = dir.path().join("mine");
    let printed = init(&url, &target, |_| {}).await.unwrap();
    assert!(printed.contains("OPENITEM") && printed.contains("chmod 640"), "{printed}");
    let again = init(&url, &target, |_| {}).await.unwrap_err();
    assert!(matches!(again, InitError::Exists { .. }), "{again}");
    let (config, model) = (target.join(CONFIG_FILE), target.join("billing.model.toml"));
    let written = std::fs::read_to_string(&model).unwrap();
    init(&url, &target, |args| args.force = true).await.unwrap();
    assert_eq!(written, std::fs::read_to_string(&model).unwrap());
    let errors = |loaded: &crate::config::Loaded| {
        let errors = loaded.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(errors(&check::load_offline(&config)), [Code::NoKey], "the view");
    std::fs::write(&model, written.replace("# key = [\"InvId\"]", "key = [\"InvId\"]")).unwrap();
    let loaded = check::load_offline(&config);
    assert_eq!(errors(&loaded), []);
    let model = &loaded.config.unwrap().services[0].model;
    let set = |name: &str| model.set(model.set_named(name).unwrap());
    let invoices = set("Invhdr");
    let customer = invoices.navigations.iter().find(|navigation| navigation.name == "Custmast").unwrap();
    assert_eq!((model.set(customer.target).name.as_str(), customer.partner.as_deref()), ("Custmast", Some("Invhdr")));
    assert_eq!(set("Invline").key.len(), 2);
    let by_customer = [invoices.property_named("CustNo").unwrap(), invoices.property_named("InvDt").unwrap()];
    assert!(invoices.indexes.iter().any(|index| index.properties == by_customer), "{:?}", invoices.indexes);
}

#[tokio::test]
async fn adding_leaves_every_byte() {
    let dir = tempfile::tempdir().unwrap();
    let database = demo::generate(dir.path()).unwrap().database;
    let url = format!("sqlite:{}", database.display());
    let target = dir.path().join("mine");
    let tables = ["CUSTMAST", "payment"].map(str::to_owned);
    init(&url, &target, |args| args.tables = tables.to_vec()).await.unwrap();
    let model = target.join("billing.model.toml");
    // Edited since: a renamed set, a comment, no line break at the end.
    let before = std::fs::read_to_string(&model).unwrap().replace("\"Custmast\"", "\"Customers\"") + "# mine";
    std::fs::write(&model, &before).unwrap();
    let add = |name: &str| {
        let add = vec![name.to_owned()];
        |args: &mut InitArgs| {
            args.url = None;
            args.add = add;
        }
    };
    let printed = init(&url, &target, add("INVHDR")).await.unwrap();
    assert!(printed.contains("added Invhdr"), "{printed}");
    let after = std::fs::read_to_string(&model).unwrap();
    let added = after.strip_prefix(&before).unwrap();
    assert!(added.starts_with("\n\n[[entity_set]]\nname = \"Invhdr\"\n"), "{added}");
    let line = "{ name = \"Customers\", to = \"Customers\", on = { CustNo = \"CustNo\" } },";
    assert!(added.contains(line) || added.contains("to = \"Customers\", on = { CustNo = \"CustNo\" } },"), "{added}");
    assert!(added.contains("to = \"Payment\", on = { InvNo = \"InvNo\" }, collection = true },"), "{added}");
    let loaded = check::load_offline(&target.join(CONFIG_FILE));
    assert!(loaded.config.is_some(), "{}", crate::config::render::plain(&loaded.findings));
    let again = init(&url, &target, add("invhdr")).await.unwrap_err();
    assert!(matches!(&again, InitError::Added { set, .. } if set == "Invhdr"), "{again}");
    let unknown = init(&url, &target, add("INVHD")).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no table or view \"INVHD\"; did you mean \"INVHDR\"?");
    assert_eq!(after, std::fs::read_to_string(&model).unwrap());
}

#[test]
fn the_command_line_masks_the_url() {
    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        init: InitArgs,
    }
    let parse = |words: &[&str]| <Line as clap::Parser>::try_parse_from([&["init"], words].concat());
    let line = parse(&["--url", "postgres://u:hunter2@h/d", "--dir", "x", "--tables", "A,B"]).unwrap();
    assert_eq!(line.init.tables, ["A", "B"]);
    assert!(!format!("{line:?}").contains("hunter2"));
    assert!(parse(&["--dir", "x"]).is_err());
    assert!(parse(&["--dir", "x", "--add", "T"]).is_ok());
    assert!(parse(&["--url", "u", "--dir", "x", "--add", "T", "--tables", "A"]).is_err());
}
