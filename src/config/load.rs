//! From the path of `tidegate.toml` to a resolved configuration, or to everything that is wrong with it.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use super::fields::{Context, Field, Fields};
use super::file::{self, SourceFile};
use super::finding::{Code, Finding, Place, Report, Severity, Spot};
use super::lint;
use super::model_file::{self, ModelFile};
use super::references::References;
use super::resolved::{Config, Service, SourceConfig};
use super::services::{self, Around, Draft};
use super::{server, sources};
use crate::model::{build, profile};

/// How to load.
pub struct Options {
    /// The address to listen on, when it is not the file's.
    pub listen: Option<SocketAddr>,
    /// Whether a secret that is not there is an error; without, it is a warning and the value is empty.
    pub secrets_required: bool,
    /// Environment variables.
    pub variable: fn(&str) -> Option<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options { listen: None, secrets_required: true, variable: |name| std::env::var(name).ok() }
    }
}

/// What loading found.
pub struct Loaded {
    /// The configuration; `None` when there is an error among the findings.
    pub config: Option<Config>,
    /// Everything worth saying, by stage and place.
    pub findings: Vec<Finding>,
    /// Where things are said, for findings of later stages.
    pub places: Places,
    /// Every key that the readers know, by section.
    pub known_keys: BTreeSet<(&'static str, &'static str)>,
}

/// Where sources, entity sets and properties are said.
#[derive(Debug, Default)]
pub struct Places {
    sources: HashMap<String, Place>,
    sets: HashMap<(PathBuf, String), Place>,
    properties: HashMap<(PathBuf, String, String), Place>,
}

impl Places {
    /// The name of a source.
    pub fn source(&self, name: &str) -> Option<Place> {
        self.sources.get(name).cloned()
    }

    /// The name of an entity set of a model file.
    pub fn set(&self, model: &Path, set: &str) -> Option<Place> {
        self.sets.get(&(model.to_path_buf(), set.to_owned())).cloned()
    }

    /// The name of a property of an entity set of a model file.
    pub fn property(&self, model: &Path, set: &str, property: &str) -> Option<Place> {
        self.properties.get(&(model.to_path_buf(), set.to_owned(), property.to_owned())).cloned()
    }

    fn add_model(&mut self, model: &ModelFile) {
        let place = |span: &Range<usize>| Place { file: model.file.clone(), span: span.clone() };
        for set in &model.sets {
            let path = &model.file.path;
            self.sets.insert((path.clone(), set.name.value.clone()), place(&set.name.span));
            for property in &set.properties {
                let key = (path.clone(), set.name.value.clone(), property.name.value.clone());
                self.properties.insert(key, place(&property.name.span));
            }
        }
    }
}

/// Loads a configuration with the process's environment: it and the warnings, or every problem at once.
pub fn load(path: &Path) -> Result<(Config, Vec<Finding>), Vec<Finding>> {
    let loaded = read(path, &Options::default());
    match loaded.config {
        Some(config) => Ok((config, loaded.findings)),
        None => Err(loaded.findings),
    }
}

/// Loads a configuration.
pub fn read(path: &Path, options: &Options) -> Loaded {
    let report = Report::default();
    let mut places = Places::default();
    let config = file::read_text(path, &report).and_then(|text| {
        let file = Arc::new(SourceFile::server(path, text));
        server_file(&file, options, &report, &mut places)
    });
    let config = config.filter(|_| report.errors() == 0);
    let known_keys = report.asked();
    Loaded { config, findings: report.into_findings(), places, known_keys }
}

fn server_file(file: &Arc<SourceFile>, options: &Options, report: &Report, places: &mut Places) -> Option<Config> {
    let table = file.parse(report);
    let folder = file.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let references = References { folder: folder.to_path_buf(), variable: options.variable };
    let cx = Context { report, file, references: Some(&references), secrets_required: options.secrets_required };
    let empty = DeTable::new();
    let mut top = Fields::new(cx, "the file", table.get_ref(), 0..0);
    let (mut server, listen) = match top.take("server").map(|f| f.table("[server]")) {
        Some(fields) => fields.map(server::server).unwrap_or_default(),
        None => server::server(Fields::new(cx, "[server]", &empty, 0..0)),
    };
    let listen = options.listen.or(listen);
    server.listen = listen.unwrap_or(server.listen);
    let limits = top.take("limits").and_then(|f| f.table("[limits]"));
    let limits = limits.map(server::limits).unwrap_or_default();
    let source_fields = top.require("sources", "write [sources.NAME] with url = \"...\"");
    let sources = read_sources(source_fields.as_ref(), places);
    let around = Around { listen, sources: &sources, sources_known: source_fields.is_some() };
    let service_fields = top.require("services", "write [services.NAME] with model = \"...\"");
    let drafts = read_services(service_fields.as_ref(), &around);
    top.finish();
    roots_apart(&drafts, cx);
    let services = with_models(drafts, &sources, cx, places);
    Some(Config { server, sources, services, limits })
}

fn read_sources(field: Option<&Field<'_>>, places: &mut Places) -> Vec<SourceConfig> {
    let named = field.and_then(Field::named).unwrap_or_default();
    let mut sources = Vec::new();
    for (name, member) in named {
        check_name(&name, &member);
        let place = Place { file: member.cx.file.clone(), span: name.span.clone() };
        places.sources.insert(name.value.clone(), place);
        if let Some(mut fields) = member.table("[sources.NAME]") {
            fields.span = name.span.clone();
            sources.push(sources::source(&name, fields));
        }
    }
    sources
}

fn read_services(field: Option<&Field<'_>>, around: &Around<'_>) -> Vec<Draft> {
    let named = field.and_then(Field::named).unwrap_or_default();
    let mut drafts = Vec::new();
    for (name, member) in named {
        check_name(&name, &member);
        if let Some(mut fields) = member.table("[services.NAME]") {
            fields.span = name.span.clone();
            drafts.push(services::service(&name, fields, around));
        }
    }
    drafts
}

/// Names of sources and services go into logs, metrics and session names of databases.
fn check_name(name: &Spot<String>, field: &Field<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.value.is_empty() || name.value.len() > 40 || !name.value.chars().all(plain) {
        let finding = field.cx.error(Code::BadName, name.span.clone(), "this cannot be a name");
        field.cx.report.add(finding.help("write up to 40 letters, digits, `-` and `_`"));
    }
}

/// A root inside of another would hide entity sets.
fn roots_apart(drafts: &[Draft], cx: Context<'_>) {
    for (i, draft) in drafts.iter().enumerate() {
        let root = &draft.service.root;
        let clash = drafts[..i].iter().find(|other| {
            let other = &other.service.root;
            root.starts_with(other.as_str()) || other.starts_with(root.as_str())
        });
        if let Some(other) = clash {
            let message =
                format!("the services `{}` and `{}` share a root path", other.service.name, draft.service.name);
            let finding = cx.error(Code::Conflict, draft.root_span.clone(), message);
            let label = format!("`{root}` beside `{}`", other.service.root);
            cx.report.add(finding.label(label).help("give each service a root of its own, none inside of another"));
        }
    }
}

/// Reads each model file once and resolves it for each service that mounts it.
fn with_models(drafts: Vec<Draft>, sources: &[SourceConfig], cx: Context<'_>, places: &mut Places) -> Vec<Service> {
    let mut files: HashMap<PathBuf, Option<ModelFile>> = HashMap::new();
    let mut services = Vec::new();
    for draft in drafts.into_iter().filter(|draft| draft.has_model) {
        let mut service = draft.service;
        let rank = u32::try_from(files.len() + 1).unwrap_or(u32::MAX);
        let file = files.entry(service.model_path.clone()).or_insert_with(|| {
            let model = model_file(&service.model_path, rank, &draft.model_span, cx);
            if let Some(model) = &model {
                places.add_model(model);
            }
            model
        });
        let Some(file) = file else { continue };
        let model = build::build(file, &service.sources, sources, service.profile, cx.report);
        lint::lint(file, &model, service.profile, cx.report);
        service.model = profile::shown(model, service.profile);
        services.push(service);
    }
    services
}

fn model_file(path: &Path, rank: u32, span: &Range<usize>, cx: Context<'_>) -> Option<ModelFile> {
    let own = Report::default();
    let model = model_file::read(path, rank, &own);
    cx.report.absorb(own, |mut finding| {
        // A model file that cannot be read is a problem of the line that names it.
        if finding.code == Code::Unreadable && finding.severity == Severity::Error {
            finding.place = Some(Place { file: cx.file.clone(), span: span.clone() });
        }
        finding
    });
    model
}
