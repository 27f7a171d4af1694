//! The metadata document of every model there is, in both profiles: valid against the OASIS schemas, and nothing in it
//! that Salesforce Connect stumbles over.

pub mod lint;
pub mod xml;

use std::path::{Path, PathBuf};
use std::process::Command;

use tidegate::cli::demo;
use tidegate::config::{self, Config};
use tidegate::model::metadata::metadata_xml;

use crate::databases::may_miss;
use crate::fixture::{self, Database, SOURCE};

/// Names of models and profiles with their documents.
fn documents() -> Vec<(String, bool, String)> {
    let mut documents = Vec::new();
    for (database, url) in [
        (Database::Postgres, "postgres://u@localhost/d"),
        (Database::Mariadb, "mariadb://u@localhost/d"),
        (Database::Sqlite, "sqlite:fixture.db"),
    ] {
        let models = [
            ("exact", fixture::model(database)),
            ("folded", fixture::folded::model(database)),
            ("broken", fixture::broken::model(database)),
        ];
        for (name, model) in models {
            for profile in ["salesforce", "odata"] {
                let text = document(&server(url, profile), "m.model.toml", &model);
                documents.push((format!("{database:?} {name} {profile}"), profile == "salesforce", text));
            }
        }
    }
    let text = document(demo::CONFIG, demo::MODEL_FILE, demo::MODEL);
    documents.push(("demonstration".to_owned(), true, text));
    let text = document(&server("sqlite:billing.db", "odata").replace(SOURCE, "billing"), "m.model.toml", demo::MODEL);
    documents.push(("demonstration odata".to_owned(), false, text));
    documents
}

fn server(url: &str, profile: &str) -> String {
    format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[sources.{SOURCE}]\nurl = {url:?}\ntime_zone = \"UTC\"\n\
         [services.s]\nroot = \"/odata/v4/\"\nmodel = \"m.model.toml\"\nprofile = {profile:?}\n"
    )
}

fn document(server: &str, model_file: &str, model: &str) -> String {
    let xml = metadata_xml(&load(server, model_file, model).services[0].model);
    String::from_utf8(xml).unwrap()
}

fn load(server: &str, model_file: &str, model: &str) -> Config {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tidegate.toml");
    std::fs::write(&path, server).unwrap();
    std::fs::write(dir.path().join(model_file), model).unwrap();
    let loaded = config::read(&path, &config::Options::default());
    loaded.config.unwrap_or_else(|| panic!("{}", config::render::plain(&loaded.findings)))
}

/// The OASIS schema, or `None` where the environment allows it (and `xmllint`) to be missing.
fn schema() -> Option<PathBuf> {
    let shared = std::env::var_os("TIDEGATE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let schema = shared.join("data/csdl/edmx.xsd");
    let lint = Command::new("xmllint").arg("--version").output();
    let missing = match (schema.is_file(), lint) {
        (true, Ok(_)) => return Some(schema),
        (false, _) => format!("{} is not there", schema.display()),
        (_, Err(error)) => format!("xmllint cannot be run: {error} (Debian: apt install libxml2-utils)"),
    };
    assert!(may_miss("xmllint"), "{missing}");
    eprintln!("missing, and allowed to be: {missing}");
    None
}

/// What `xmllint` says against the document, if anything.
fn faults(schema: &Path, document: &str) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metadata.xml");
    std::fs::write(&path, document).unwrap();
    let run = Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).arg(&path).output().unwrap();
    (!run.status.success()).then(|| String::from_utf8_lossy(&run.stderr).into_owned())
}

#[test]
fn documents_are_valid_against_the_oasis_schemas() {
    let Some(schema) = schema() else { return };
    for (name, _, document) in documents() {
        if let Some(faults) = faults(&schema, &document) {
            panic!("{name}: {faults}\n{document}");
        }
        // A schema that takes everything proves nothing.
        let broken = document.replacen("<Property ", "<Propert ", 1);
        assert!(faults(&schema, &broken).is_some(), "{name}: the schema takes any element");
    }
}

#[test]
fn salesforce_finds_nothing_to_stumble_over() {
    for (name, salesforce, document) in documents() {
        let found = lint::faults(&xml::parse(&document), salesforce);
        assert!(found.is_empty(), "{name}: {}\n{document}", found.join("\n"));
    }
}

#[test]
fn the_lint_sees_each_fault() {
    let document = document(demo::CONFIG, demo::MODEL_FILE, demo::MODEL);
    let cases = [
        ("<PropertyRef Name=\"Code\"/>", "", "no key"),
        (
            "Name=\"Name\" Type=\"Edm.String\" Nullable=\"false\" MaxLength=\"80\"",
            "Name=\"Name\" Type=\"Edm.String\"",
            "no MaxLength",
        ),
        (" Precision=\"14\" Scale=\"2\"", " Precision=\"14\"", "no Scale"),
        ("Edm.Date\"", "Edm.TimeOfDay\"", "Edm.TimeOfDay"),
        ("\"Customers\"", "\"Customers__x\"", "Customers__x"),
        ("Name=\"City\"", "Name=\"CITY_\"", "CITY_"),
        ("Name=\"City\"", "Name=\"NAME\"", "twice"),
        ("Partner=\"Customer\"", "Partner=\"Nobody\"", "Nobody"),
        ("Target=\"Invoices\"", "Target=\"Nowhere\"", "Nowhere"),
        ("<NavigationPropertyBinding Path=\"Invoices\" Target=\"Invoices\"/>", "", "no binding"),
        ("ReferencedProperty=\"Id\"", "ReferencedProperty=\"Ix\"", "Ix"),
        ("<edmx:DataServices>", "<edmx:Reference Uri=\"x\"/><edmx:DataServices>", "Reference"),
    ];
    for (old, new, wanted) in cases {
        assert!(document.contains(old), "{old}\n{document}");
        let found = lint::faults(&xml::parse(&document.replacen(old, new, 1)), true);
        assert!(found.iter().any(|fault| fault.contains(wanted)), "{old} -> {new}: {found:?}");
    }
}

#[test]
fn a_document_says_what_the_model_says() {
    let model = r#"
namespace = "Acme.Billing"
container = "Store"
[[entity_set]]
name = "Orders"
type = "Order"
table = "orders"
key = ["Year", "No"]
properties = [
  { name = "Year", type = "Int16" },
  { name = "No", type = "Int32" },
  { name = "Buyer", type = "Int32" },
  { name = "Total", type = "Decimal", precision = 12, scale = 2, sql = "decimal_text", nullable = false },
  { name = "At", type = "DateTimeOffset" },
  { name = "Scan", type = "Binary", max_length = 900 },
  { name = "Open", type = "Boolean" },
]
navigations = [
  { name = "BoughtBy", to = "Buyers", on = { Buyer = "Id" }, partner = "Orders" },
]
[[entity_set]]
name = "Buyers"
table = "buyers"
key = ["Id"]
properties = [{ name = "Id", type = "Int32" }, { name = "Name", type = "String", max_length = 80 }]
navigations = [{ name = "Orders", to = "Orders", on = { Id = "Buyer" }, collection = true, partner = "BoughtBy" }]
"#;
    let text = document(&server("sqlite:x.db", "odata"), "m.model.toml", model);
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Acme.Billing">
      <EntityType Name="Order">
        <Key>
          <PropertyRef Name="Year"/>
          <PropertyRef Name="No"/>
        </Key>
        <Property Name="Year" Type="Edm.Int16" Nullable="false"/>
        <Property Name="No" Type="Edm.Int32" Nullable="false"/>
        <Property Name="Buyer" Type="Edm.Int32"/>
        <Property Name="Total" Type="Edm.Decimal" Nullable="false" Precision="12" Scale="2"/>
        <Property Name="At" Type="Edm.DateTimeOffset" Precision="9"/>
        <Property Name="Scan" Type="Edm.Binary" MaxLength="900"/>
        <Property Name="Open" Type="Edm.Boolean"/>
        <NavigationProperty Name="BoughtBy" Type="Acme.Billing.Buyers" Partner="Orders">
          <ReferentialConstraint Property="Buyer" ReferencedProperty="Id"/>
        </NavigationProperty>
      </EntityType>
      <EntityType Name="Buyers">
        <Key>
          <PropertyRef Name="Id"/>
        </Key>
        <Property Name="Id" Type="Edm.Int32" Nullable="false"/>
        <Property Name="Name" Type="Edm.String" MaxLength="80"/>
        <NavigationProperty Name="Orders" Type="Collection(Acme.Billing.Order)" Partner="BoughtBy"/>
      </EntityType>
      <EntityContainer Name="Store">
        <EntitySet Name="Orders" EntityType="Acme.Billing.Order">
          <NavigationPropertyBinding Path="BoughtBy" Target="Buyers"/>
        </EntitySet>
        <EntitySet Name="Buyers" EntityType="Acme.Billing.Buyers">
          <NavigationPropertyBinding Path="Orders" Target="Orders"/>
        </EntitySet>
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>"#;
    assert_eq!(text, expected);
    let text = document(&server("sqlite:x.db", "salesforce"), "m.model.toml", model);
    assert!(!text.contains("Scan") && text.contains(r#"<Property Name="Open" Type="Edm.Boolean" Nullable="false"/>"#));
}
