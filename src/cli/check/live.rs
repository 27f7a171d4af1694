//! The stages that ask the databases: can they be reached, do their catalogs say what the model says, what may the user.
//!
//! Reads catalogs only. Every finding stands at the source, the entity set or the property that it is about.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use contract::catalog::{Catalog, Scope, Table};
use contract::{Adapter, AdapterError, ErrorKind};
use tokio::time::timeout;

use super::{columns, indexes, rights};
use crate::config::fields::nearest;
use crate::config::{Code, Config, Finding, Places, Profile, Report, Service, Severity, SourceConfig};
use crate::model::{EntitySet, Property};
use crate::source::drivers;

/// Reading a catalog may take so long.
const DESCRIBE_MAX: Duration = Duration::from_secs(120);

/// What the databases said.
pub(super) struct Live {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// One line per database that was reached.
    pub servers: Vec<String>,
}

/// One entity set beside its table.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub source: &'a SourceConfig,
    pub service: &'a Service,
    pub set: &'a EntitySet,
    pub places: &'a Places,
    pub report: &'a Report,
}

impl Beside<'_> {
    /// Adds a finding at the entity set.
    pub fn at_set(&self, severity: Severity, code: Code, message: String, label: &str, help: Option<String>) {
        let place = self.places.set(&self.service.model_path, &self.set.name);
        self.report.add(Finding { severity, code, message, place, label: label.to_owned(), help });
    }

    /// Adds a finding at a property.
    pub fn at(
        &self,
        property: &Property,
        severity: Severity,
        code: Code,
        message: String,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let place = self.places.property(&self.service.model_path, &self.set.name, &property.name);
        self.report.add(Finding { severity, code, message, place, label: label.into(), help });
    }

    /// Whether the database tells names of columns apart by case.
    pub fn same_column(&self, one: &str, other: &str) -> bool {
        one == other || (self.source.dialect.name != "postgres" && one.to_lowercase() == other.to_lowercase())
    }
}

/// Asks every source.
pub(super) async fn check(config: &Config, places: &Places) -> Live {
    let report = Report::default();
    let mut servers = Vec::new();
    for (index, source) in config.sources.iter().enumerate() {
        if let Some(adapter) = reach(source, places, &report).await {
            servers.extend(read_source(config, index, adapter.as_ref(), places, &report).await);
        }
    }
    Live { findings: report.into_findings(), servers }
}

/// Connects once, the way that serving does, and leaves again.
async fn reach(source: &SourceConfig, places: &Places, report: &Report) -> Option<Arc<dyn Adapter>> {
    let attempt = async {
        let adapter = drivers::adapter(drivers::endpoint(source))?;
        let late = || AdapterError::new(ErrorKind::Timeout, "no answer within `connect_timeout`");
        let mut connection = timeout(source.connect_timeout, adapter.connect()).await.map_err(|_| late())??;
        timeout(source.connect_timeout, connection.ping()).await.map_err(|_| late())??;
        connection.shut().await;
        Ok(adapter)
    };
    match attempt.await {
        Ok(adapter) => Some(adapter),
        Err(error) => {
            unreachable(source, &error, places, report);
            None
        }
    }
}

fn unreachable(source: &SourceConfig, error: &AdapterError, places: &Places, report: &Report) {
    let message = format!("the source `{}` cannot be used: {}", source.name, error.detail);
    let help = match error.kind {
        ErrorKind::Unavailable | ErrorKind::Timeout => "is the server there, and may this machine connect to it?",
        ErrorKind::Misconfigured => "look at `url`: user, password, database",
        _ => "the message is the database's own",
    };
    let label = error.code.as_ref().map_or_else(String::new, |code| format!("the database's code is {code}"));
    let (severity, code) = (Severity::Error, Code::Unreachable);
    let place = places.source(&source.name);
    report.add(Finding { severity, code, message, place, label, help: Some(help.to_owned()) });
}

/// The entity sets of a source, each once however often its model is mounted; the profile that shows most comes first.
fn sets_of(config: &Config, source: usize) -> Vec<(&Service, &EntitySet)> {
    let mut services: Vec<&Service> = config.services.iter().collect();
    services.sort_by_key(|service| service.profile == Profile::Salesforce);
    let mut seen = HashSet::new();
    let mut sets = Vec::new();
    for service in services {
        for set in &service.model.sets {
            let lives_here = service.sources.get(usize::from(set.source.0)) == Some(&source);
            if lives_here && seen.insert((&service.model_path, &set.name)) {
                sets.push((service, set));
            }
        }
    }
    sets
}

/// Compares all that lives in a source, and says what it is.
async fn read_source(
    config: &Config,
    index: usize,
    adapter: &dyn Adapter,
    places: &Places,
    report: &Report,
) -> Option<String> {
    let source = &config.sources[index];
    let mut by_schema: BTreeMap<Option<&str>, Vec<(&Service, &EntitySet)>> = BTreeMap::new();
    for (service, set) in sets_of(config, index) {
        by_schema.entry(set.schema.as_deref()).or_default().push((service, set));
    }
    let mut server = None;
    let mut held = Vec::new();
    for (schema, sets) in by_schema {
        let wanted: BTreeSet<&str> = sets.iter().map(|(_, set)| &*set.table).collect();
        let wanted = wanted.into_iter().map(str::to_owned).collect();
        let catalog = match describe(adapter, schema, wanted).await {
            Ok(catalog) => catalog,
            Err(error) => {
                unreachable(source, &error, places, report);
                continue;
            }
        };
        for (service, set) in sets {
            let beside = Beside { source, service, set, places, report };
            match table(&catalog, set, source) {
                Some(table) => {
                    columns::compare(beside, table);
                    indexes::compare(beside, table);
                    rights::readable(beside, table, catalog.user.as_deref());
                }
                None => no_table(beside, adapter, schema).await,
            }
        }
        let user = catalog.user.as_deref().map_or_else(String::new, |user| format!(" as {user}"));
        server = Some(format!("{}: {}{user}", source.name, catalog.server));
        held.push(catalog);
    }
    rights::writable(source, &held, places, report);
    server
}

async fn describe(adapter: &dyn Adapter, schema: Option<&str>, tables: Vec<String>) -> Result<Catalog, AdapterError> {
    let scope = Scope { schema: schema.map(str::to_owned), tables };
    let late = |_| AdapterError::new(ErrorKind::Timeout, "the catalog took too long to read");
    timeout(DESCRIBE_MAX, adapter.describe(scope)).await.map_err(late)?
}

fn table<'c>(catalog: &'c Catalog, set: &EntitySet, source: &SourceConfig) -> Option<&'c Table> {
    let folds = source.dialect.name == "sqlite";
    let same = |name: &str| name == &*set.table || (folds && name.to_lowercase() == set.table.to_lowercase());
    catalog.tables.iter().find(|table| same(&table.name))
}

/// Says so, with the nearest name of all that the user can see.
async fn no_table(beside: Beside<'_>, adapter: &dyn Adapter, schema: Option<&str>) {
    let set = beside.set;
    let seen = describe(adapter, schema, Vec::new()).await.map(|catalog| catalog.tables).unwrap_or_default();
    let help = match nearest(&set.table, seen.iter().map(|table| table.name.as_str())) {
        Some(near) => format!("did you mean table = \"{near}\"?"),
        None => "is it in another schema (`schema`), or may the user not see it?".to_owned(),
    };
    let label = format!("table `{}`", set.table);
    let message = format!("the table of `{}` is not in the source `{}`", set.name, beside.source.name);
    beside.at_set(Severity::Error, Code::NoTable, message, &label, Some(help));
}
