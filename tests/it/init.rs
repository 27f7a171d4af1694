//! `init` on real databases: the files it writes load, every entity set of them answers, and nothing is lost on the way.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tidegate::cli::init::{InitArgs, run};
use tidegate::config::{self, Code, Config, Options, Secret, Severity};
use tidegate::engine::{Answer, Ask, Body, Budget, Engine, Facts, fingerprint, plan_rules};
use tidegate::model::{EdmType, Model};
use tidegate::{encode, odata, plan, policy, source};

use crate::databases::{self, Made};
use crate::fixture::{self, Database, folded};

/// A database of the test's own on a live server; in PostgreSQL it is a schema that is looked at.
struct Live {
    made: Made,
    schema: Option<&'static str>,
}

impl Live {
    /// The fixture and more; nothing where the server may be missing.
    async fn new(database: Database) -> Option<Live> {
        let schema = (database == Database::Postgres).then_some("init_schema");
        let start = schema.map_or_else(String::new, |name| {
            let name = database.quoted(name);
            format!("CREATE SCHEMA {name}; SET search_path = {name};")
        });
        let script = [start, fixture::script(database), folded::script(database), Live::extra(database).to_owned()];
        Some(Live { made: databases::make(database, &script.join("\n")).await?, schema })
    }

    /// What stands before the names of tables.
    fn name(&self) -> &str {
        self.schema.unwrap_or(self.made.name())
    }

    /// What the fixture lacks: comments, foreign keys, special indexes, a view, odd names.
    fn extra(database: Database) -> &'static str {
        match database {
            Database::Postgres => {
                "CREATE TABLE \"Odd \"\"Größe\" (\"1st\" int NOT NULL, \"ORDER\" varchar(9), \"order\" numeric, \
                   lines jsonb, tags text[], price money, sent timestamptz, UNIQUE (\"1st\"));\n\
                 COMMENT ON TABLE \"Odd \"\"Größe\" IS 'what ''they'' \"need\"';\n\
                 COMMENT ON COLUMN \"Odd \"\"Größe\".\"1st\" IS 'the\nfirst';\n\
                 CREATE INDEX part ON \"Odd \"\"Größe\" (\"ORDER\" DESC NULLS LAST, lower(\"ORDER\")) WHERE \"1st\" > 0;\n\
                 CREATE INDEX tagged ON \"Odd \"\"Größe\" USING gin (tags);\n\
                 CREATE INDEX folding ON \"Odd \"\"Größe\" (\"ORDER\" COLLATE \"C\");\n\
                 CREATE TABLE child (id int PRIMARY KEY, supplier int REFERENCES suppliers, up int REFERENCES child);\n\
                 INSERT INTO \"Odd \"\"Größe\" VALUES (7, 'x', 1.5, '{}', '{a,b}', 1.25, '2020-01-01 00:00:00+00');\n\
                 CREATE VIEW keyless AS SELECT id, up FROM child;\n"
            }
            _ => {
                "CREATE TABLE `Odd ``Größe` (`1st` int NOT NULL COMMENT 'the\nfirst', `ORDER` varchar(9), \
                   spot point, lines1 json, flags set('a','b'), big bigint unsigned, truth tinyint(1), \
                   bits bit(1), UNIQUE KEY `only` (`1st`), KEY part (`ORDER`(3)), FULLTEXT KEY words (`ORDER`)) \
                   COMMENT 'what ''they'' \"need\"';\n\
                 INSERT INTO `Odd ``Größe` VALUES (7, 'x', POINT(1, 2), '{}', 'a,b', 18446744073709551615, 1, 1);\n\
                 CREATE TABLE child (id int PRIMARY KEY, supplier int, up int, \
                   FOREIGN KEY (supplier) REFERENCES suppliers (id), FOREIGN KEY (up) REFERENCES child (id));\n\
                 CREATE VIEW keyless AS SELECT id, up FROM child;\n"
            }
        }
    }
}

/// Runs `init`, gives the keyless view its key, and loads.
async fn init(url: &str, schema: Option<String>, dir: &Path, keys: &[(&str, &str)]) -> (Config, String) {
    let url = Some(Secret::new(url.to_owned()));
    let args = InitArgs { url, dir: dir.to_owned(), schema, tables: Vec::new(), add: Vec::new(), force: false };
    let mut out = Vec::new();
    run(args, &mut out).await.unwrap();
    let path = dir.join("tidegate.toml");
    let loaded = config::read(&path, &Options::default());
    let errors: Vec<_> = loaded.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.iter().all(|finding| finding.code == Code::NoKey), "{errors:#?}");
    assert_eq!(errors.len(), keys.len(), "{errors:#?}");
    let model = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let model = model.into_iter().find(|path| path.to_string_lossy().ends_with(".model.toml")).unwrap();
    let mut text = std::fs::read_to_string(&model).unwrap();
    for (before, after) in keys {
        assert!(text.contains(before), "{before} in {text}");
        text = text.replace(before, after);
    }
    std::fs::write(&model, &text).unwrap();
    let (config, _) = config::load(&path).unwrap_or_else(|findings| panic!("{findings:#?}"));
    (config, String::from_utf8(out).unwrap() + &text)
}

/// Asks every entity set for its rows, and returns how many there were, by set.
async fn rows(config: &Config) -> Vec<(String, u64)> {
    let service = Arc::new(config.services[0].clone());
    let source = Arc::new(source::drivers::open(&config.sources[0]).unwrap());
    let budget = Arc::new(Budget::new(config.limits.read_ahead_total_bytes_max));
    let engine = Engine::new(service.clone(), vec![source.clone()], vec![false], &config.limits, budget).unwrap();
    let engine = Arc::new(engine);
    let mut found = Vec::new();
    for set in &service.model.sets {
        let facts = Arc::new(Facts::default());
        let answer = answer(&engine, &service, &set.name, facts.clone()).await;
        let text = String::from_utf8(bytes(answer.body, &facts).await).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let count = json["@odata.count"].as_u64().unwrap();
        let rows = json["value"].as_array().unwrap();
        assert_eq!(rows.len() as u64, count.min(2001), "{}", set.name);
        found.push((set.name.clone(), count));
        let cells = rows.iter().flat_map(|row| row.as_object().unwrap().values());
        assert!(count == 0 || cells.filter(|cell| !cell.is_null()).count() > 0, "{}: {text}", set.name);
    }
    source.shut().await;
    found
}

async fn answer(engine: &Arc<Engine>, service: &config::Service, set: &str, facts: Arc<Facts>) -> Answer {
    let query = "$count=true&$top=2001";
    let request = odata::parse(set, Some(query), &odata::Limits::default()).unwrap();
    let now = contract::Timestamp { date: fixture::date(2024, 1, 1), time: contract::Time { nanos: 0 } };
    let rules = plan_rules(service, 1000, now);
    let plan::Plan::Read(read) = plan::plan(&request, &service.model, &rules).unwrap() else { panic!("{set}") };
    let principal = policy::Principal { name: None };
    let authorized = policy::authorize(*read, &principal, &policy::Rules { named_only: false }).unwrap();
    let ask = Ask {
        metadata: encode::Metadata::Minimal,
        ieee754: false,
        deadline: tokio::time::Instant::now() + Duration::from_secs(60),
        skiptoken: None,
        fingerprint: fingerprint(set, Some(query)),
        link: format!("{}{set}?{query}", service.public_url),
        facts,
    };
    engine.answer(authorized, ask).await.unwrap_or_else(|error| panic!("{set}: {error:?}"))
}

async fn bytes(body: Body, facts: &Facts) -> Vec<u8> {
    match body {
        Body::Whole(bytes) => bytes.to_vec(),
        Body::Stream(mut pieces) => {
            let mut all = Vec::new();
            while let Some(piece) = pieces.recv().await {
                all.extend_from_slice(&piece.unwrap_or_else(|cut| panic!("{cut}: {:?}", facts.texts())));
            }
            all
        }
    }
}

/// Every table of the fixture is there with all of its rows and columns, but for bytes.
fn complete(database: Database, model: &Model, found: &[(String, u64)]) {
    for table in fixture::tables().into_iter().chain([folded::folded(database)]) {
        let set = model.sets.iter().find(|set| &*set.table == table.name).unwrap();
        let (_, count) = found.iter().find(|(name, _)| *name == set.name).unwrap();
        assert_eq!(*count, table.rows.len() as u64, "{}", table.name);
        let key: Vec<_> = set.key.iter().map(|id| set.property(*id).column.to_string()).collect();
        assert_eq!(key, table.key, "{}", table.name);
        for column in &table.columns {
            let bytes = matches!(column.ty, fixture::Type::Bytes(_))
                || database == Database::Sqlite && column.ty == fixture::Type::Guid;
            let property = set.properties.iter().find(|property| *property.column == *column.name);
            assert_eq!(property.is_none(), bytes, "{}.{}", table.name, column.name);
        }
        for index in table.indexes {
            let wanted: Vec<_> = index.iter().map(|column| column.to_string()).collect();
            let columns = |index: &tidegate::model::Index| {
                index.properties.iter().map(|id| set.property(*id).column.to_string()).collect::<Vec<_>>()
            };
            assert!(set.indexes.iter().any(|index| columns(index) == wanted), "{}: {wanted:?}", table.name);
        }
    }
}

fn ty(model: &Model, set: &str, property: &str) -> (EdmType, Option<u32>, Option<u16>) {
    let set = model.set(model.set_named(set).unwrap());
    let property = set.property(set.property_named(property).unwrap());
    (property.ty, property.max_length, property.precision)
}

#[tokio::test]
async fn sqlite_is_introspected_and_served() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("fixture.db");
    fixture::write_sqlite(&file).unwrap();
    let (config, _) = init(&format!("sqlite:{}", file.display()), None, dir.path(), &[]).await;
    let found = rows(&config).await;
    complete(Database::Sqlite, &config.services[0].model, &found);
}

#[tokio::test]
async fn the_demonstration_is_introspected_and_served() {
    let dir = tempfile::tempdir().unwrap();
    let demo = tidegate::cli::demo::generate(dir.path()).unwrap();
    let target = dir.path().join("mine");
    let key = ("# key = [\"InvId\"]", "key = [\"InvId\"]");
    let (config, _) = init(&format!("sqlite:{}", demo.database.display()), None, &target, &[key]).await;
    let found = rows(&config).await;
    assert!(found.iter().any(|(name, count)| name == "Custmast" && *count > 1_900), "{found:?}");
    assert!(found.iter().any(|(name, count)| name == "Openitem" && *count > 900), "{found:?}");
}

#[tokio::test]
async fn postgres_is_introspected_and_served() {
    let Some(live) = Live::new(Database::Postgres).await else { return };
    let dir = tempfile::tempdir().unwrap();
    let schema = live.schema.map(str::to_owned);
    let (config, text) = init(&live.made.url, schema, dir.path(), &[("# key = [\"Id\"]", "key = [\"Id\"]")]).await;
    let found = rows(&config).await;
    let model = &config.services[0].model;
    complete(Database::Postgres, model, &found);
    let odd = model.set(model.set_named("OddGroesse").unwrap());
    assert_eq!(odd.description.as_deref(), Some("what 'they' \"need\""));
    assert_eq!(odd.property(odd.key[0]).description.as_deref(), Some("the\nfirst"));
    assert_eq!(ty(model, "OddGroesse", "Price"), (EdmType::Decimal, None, Some(19)));
    for line in [
        "{ on = [\"Order desc nulls last\", \"(lower(\\\"ORDER\\\"::text))\"], where = ",
        "{ on = [\"Tags\"], method = \"gin\" },  # tagged",
        "{ on = [\"Order\"], collate = { Order = \"C\" } },  # folding",
        "{ name = \"Supplier_2\"",
    ]
    .iter()
    .take(3)
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(
        text.contains(&format!("GRANT SELECT ON \"{}\".\"Odd \"\"Größe\" TO \"tidegate\";", live.name())),
        "{text}"
    );
    navigations(model);
}

#[tokio::test]
async fn mariadb_is_introspected_and_served() {
    let Some(live) = Live::new(Database::Mariadb).await else { return };
    let dir = tempfile::tempdir().unwrap();
    let schema = live.schema.map(str::to_owned);
    let (config, text) = init(&live.made.url, schema, dir.path(), &[("# key = [\"Id\"]", "key = [\"Id\"]")]).await;
    let found = rows(&config).await;
    let model = &config.services[0].model;
    complete(Database::Mariadb, model, &found);
    let odd = model.set(model.set_named("OddGroesse").unwrap());
    assert_eq!(odd.property(odd.key[0]).description.as_deref(), Some("the\nfirst"));
    assert_eq!(ty(model, "OddGroesse", "Big"), (EdmType::Decimal, None, Some(20)));
    assert_eq!(ty(model, "OddGroesse", "Truth").0, EdmType::Boolean);
    assert_eq!(ty(model, "OddGroesse", "Flags"), (EdmType::String, Some(3), None));
    assert_eq!(config.sources[0].dialect.name, "mariadb");
    for line in [
        "{ on = [\"Order\"], prefix = { Order = 3 } },  # part",
        "{ on = [\"Order\"], method = \"fulltext\" },  # words",
        "# Not served, point: ",
        "dialect = ",
    ]
    .iter()
    .take(3)
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.contains(&format!("GRANT SELECT ON `{}`.`Odd ``Größe` TO 'tidegate'@'%';", live.name())), "{text}");
    navigations(model);
}

/// What the foreign keys of `child` become.
fn navigations(model: &Model) {
    let child = model.set(model.set_named("Child").unwrap());
    let names: Vec<_> = child.navigations.iter().map(|n| (n.name.as_str(), n.collection)).collect();
    assert_eq!(names, [("SupplierRef", false), ("UpRef", false), ("ChildByUp", true)]);
    let suppliers = model.set(child.navigations[0].target);
    assert!(suppliers.navigations.iter().any(|n| n.name == "Child" && n.partner.as_deref() == Some("SupplierRef")));
}
