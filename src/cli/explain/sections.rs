//! The stages of one request, each as a title and a text.

use contract::render::{RenderError, render};
use contract::sql::Select;
use contract::{Dialect, Statement};
use thiserror::Error;

use super::{place, sql};
use crate::lower::{self, Count, Start};
use crate::model::{CountMode, Model};
use crate::odata::ast::Request;
use crate::odata::{Limits, SyntaxError, parse, print_options};
use crate::plan::{self, Cost, Output, Plan, PlanError, Read, Rules};
use crate::policy::{self, Authorized, Denied, Principal};

/// Rows fetched for one entity: a second one would show a key that is none.
const ENTITY_FETCH: u64 = 2;

/// What one stage made of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The stage.
    pub title: String,
    /// What it returned, or why it refused.
    pub text: String,
    /// Whether it refused.
    pub failed: bool,
}

impl Section {
    fn new(title: impl Into<String>, text: String) -> Section {
        Section { title: title.into(), text, failed: false }
    }

    fn failed(title: impl Into<String>, text: String) -> Section {
        Section { title: title.into(), text, failed: true }
    }
}

/// Why a stage refused.
#[derive(Clone, Debug, Error)]
pub enum Failure {
    /// The text.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The names or types.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The caller.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error("the source '{source_name}' cannot answer this")]
    Render {
        /// Source.
        source_name: String,
        /// What it cannot spell.
        error: RenderError,
    },
}

/// Every stage of a request below a service root, up to the first that refuses it. No dialects: the source's own.
pub fn sections(
    model: &Model,
    rules: &Rules,
    limits: &Limits,
    url: &str,
    dialects: &[&'static Dialect],
) -> Vec<Section> {
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url, None),
    };
    let refused = |title: &str, failure: Failure| Section::failed(title, place::told(&failure, path, query));
    let request = match parse(path, query, limits) {
        Ok(request) => request,
        Err(error) => return vec![refused("syntax", error.into())],
    };
    let mut sections = vec![Section::new("syntax", syntax(&request))];
    let read = match plan::plan(&request, model, rules) {
        Err(error) => {
            sections.push(refused("plan", error.into()));
            return sections;
        }
        Ok(plan) => {
            sections.push(Section::new("plan", planned(&plan, model)));
            match plan {
                Plan::Read(read) => *read,
                _ => return sections,
            }
        }
    };
    let own = [model.source_of(read.set).dialect];
    let mut by_text: Vec<(Vec<&str>, Result<String, Failure>)> = Vec::new();
    for dialect in if dialects.is_empty() { &own[..] } else { dialects } {
        let text = statements(&request, model, rules, &read, dialect);
        let same = by_text.iter_mut().find(|(_, other)| matches!((&text, other), (Ok(a), Ok(b)) if a == b));
        match same {
            Some((names, _)) => names.push(dialect.name),
            None => by_text.push((vec![dialect.name], text)),
        }
    }
    sections.extend(by_text.into_iter().map(|(names, text)| {
        let title = format!("SQL, {}", names.join(" and "));
        match text {
            Ok(text) => Section::new(title, text),
            Err(failure) => refused(&title, failure),
        }
    }));
    sections
}

/// The path and the options as they were understood, one per line.
fn syntax(request: &Request) -> String {
    let printed = crate::odata::print(&Request { options: Default::default(), path: request.path.clone() });
    let mut lines = vec![format!("path {}", if printed.is_empty() { "/" } else { &printed })];
    lines.extend(print_options(request).into_iter().map(|(name, value)| format!("{name} {value}")));
    lines.join("\n")
}

fn planned(plan: &Plan, model: &Model) -> String {
    let mut text = plan::print(plan, model);
    if let Plan::Read(read) = plan {
        let source = model.source_of(read.set);
        text.push_str(&format!("source {}, {} lane\n", source.name, lane(read.cost)));
    }
    text
}

fn lane(cost: Cost) -> &'static str {
    match cost {
        Cost::Keyed => "keyed",
        Cost::Scan => "scan",
    }
}

/// The statements of a read in a dialect. Under another than the source's the request is planned anew, since planning
/// reads what the dialect can do.
fn statements(
    request: &Request,
    model: &Model,
    rules: &Rules,
    read: &Read,
    dialect: &'static Dialect,
) -> Result<String, Failure> {
    let mut model = model.clone();
    let place = usize::from(model.set(read.set).source.0);
    let read = if model.sources[place].dialect == dialect {
        read.clone()
    } else {
        model.sources[place].dialect = dialect;
        match plan::plan(request, &model, rules)? {
            Plan::Read(read) => *read,
            _ => return Ok(String::new()),
        }
    };
    let nobody = Principal { name: None };
    let authorized = policy::authorize(read, &nobody, &policy::Rules { named_only: false })?;
    let mut out = String::new();
    for (title, select) in selects(&authorized, &model) {
        let source_name = || model.sources[place].name.clone();
        let statement: Statement =
            render(&select, dialect).map_err(|error| Failure::Render { source_name: source_name(), error })?;
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("-- {title}\n{}", sql::statement(&statement)));
    }
    Ok(out)
}

/// The statements that answering may run, each with what it is for.
fn selects(authorized: &Authorized, model: &Model) -> Vec<(&'static str, Select)> {
    let read = authorized.read();
    let cap = match model.set(read.set).count {
        CountMode::Exact => None,
        CountMode::Capped(cap) => Some(cap),
    };
    let page = |fetch, count| lower::page(authorized, model, &Start::Skip(read.page.skip), fetch, count).select;
    match read.output {
        Output::Entity | Output::Property { .. } => {
            vec![("entity", lower::page(authorized, model, &Start::Skip(0), ENTITY_FETCH, Count::None).select)]
        }
        Output::Count => vec![("count", lower::count(authorized, model, cap))],
        Output::Collection => {
            let mut selects = Vec::new();
            if read.page.rows_max > 0 {
                selects.push(("page", page(read.page.fetch(), Count::None)));
                if read.count && !read.at_most_one {
                    selects.push(("page and count in one", page(read.page.fetch(), Count::Column(cap))));
                }
            }
            if read.count {
                selects.push(("count alone, where the page does not tell", lower::count(authorized, model, cap)));
            }
            selects
        }
    }
}
