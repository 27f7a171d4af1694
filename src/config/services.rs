//! Reads `[services.NAME]`: where a service stands, how it pages, who may read it.
//!
//! The model file is only named here.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::fields::{Field, Fields, nearest};
use super::finding::{Code, Spot};
use super::quantities::seconds;
use super::resolved::{Paging, Profile, SourceConfig};
use super::{public_url, users};
use crate::model::Model;

use super::resolved::Service;

/// Rows of a server-driven page that Salesforce takes at most.
const SALESFORCE_PAGE_ROWS_MAX: u64 = 2000;
/// Bytes of an answer that Salesforce takes at most.
const SALESFORCE_BYTES_MAX: u64 = 8_000_000;
/// Seconds that Salesforce waits at most.
const SALESFORCE_SECONDS_MAX: u64 = 120;

/// What a service is read against.
pub struct Around<'a> {
    /// The address to listen on, if it could be read.
    pub listen: Option<SocketAddr>,
    /// All sources.
    pub sources: &'a [SourceConfig],
    /// Whether the sources could be read, so that a name that is missing is really missing.
    pub sources_known: bool,
}

/// A service without its model.
pub struct Draft {
    /// All but the model.
    pub service: Service,
    /// Where the model file is named.
    pub model_span: std::ops::Range<usize>,
    /// Whether a model file is named.
    pub has_model: bool,
    /// Where the root path is said, for what clashes with another.
    pub root_span: std::ops::Range<usize>,
}

/// Reads one service.
pub fn service(name: &Spot<String>, mut fields: Fields<'_>, around: &Around<'_>) -> Draft {
    let loopback = around.listen.is_none_or(|listen| listen.ip().is_loopback());
    let profiles = [("salesforce", Profile::Salesforce), ("odata", Profile::OData)];
    let profile = fields.take("profile").and_then(|f| f.choice(&profiles)).unwrap_or(Profile::Salesforce);
    let root_field = fields.take("root");
    let root_span = root_field.as_ref().map_or(fields.span.clone(), |f| f.span.clone());
    let root = root_field.as_ref().and_then(public_url::root).unwrap_or_else(|| "/odata/v4/".to_owned());
    let public_url = public_url::read(&mut fields, around.listen, &root);
    let paging =
        fields.take("paging").and_then(|f| f.choice(&[("client", Paging::Client), ("server", Paging::Server)]));
    let folder = fields.cx().references.map(|r| r.folder.clone()).unwrap_or_default();
    let model_field = fields.require("model", "write model = \"NAME.model.toml\", relative to this file");
    let model_span = model_field.as_ref().map_or(fields.span.clone(), |f| f.span.clone());
    let model_path = model_field.and_then(|f| f.text()).map(|text| folder.join(text.value));
    let sources = sources_of(&mut fields, around);
    let mut service = Service {
        name: name.value.clone(),
        root,
        public_url,
        profile,
        paging: paging.unwrap_or(Paging::Client),
        model: Model::new(String::new(), String::new(), Vec::new(), Vec::new()),
        sources,
        model_path: model_path.clone().unwrap_or_else(PathBuf::new),
        page_rows_max: 1000,
        page_bytes_max: 6_000_000,
        client_rows_max: 2001,
        client_bytes_max: 7_500_000,
        deadline: seconds(100),
        count_budget: seconds(100),
        token_life: seconds(86_400),
        token_keys: users::token_keys(&mut fields),
        users: users::users(&mut fields),
    };
    pages(&mut fields, &mut service);
    times(&mut fields, &mut service);
    users::require_off_loopback(&fields, loopback);
    fields.finish();
    Draft { service, model_span, has_model: model_path.is_some(), root_span }
}

fn pages(fields: &mut Fields<'_>, service: &mut Service) {
    let salesforce = service.profile == Profile::Salesforce;
    let rows_max = if salesforce { SALESFORCE_PAGE_ROWS_MAX } else { 100_000 };
    let bytes_max = if salesforce { SALESFORCE_BYTES_MAX } else { 1 << 30 };
    let rows = fields.take("page_rows").and_then(|f| f.count(1..=rows_max));
    service.page_rows_max = rows.unwrap_or(service.page_rows_max);
    let rows = fields.take("client_rows").and_then(|f| f.count(1..=100_000));
    service.client_rows_max = rows.unwrap_or(service.client_rows_max);
    let bytes = fields.take("page_bytes").and_then(|f| f.size(1000..=bytes_max));
    service.page_bytes_max = bytes.unwrap_or(service.page_bytes_max);
    let bytes = fields.take("client_bytes").and_then(|f| f.size(1000..=bytes_max));
    service.client_bytes_max = bytes.unwrap_or(service.client_bytes_max);
}

fn times(fields: &mut Fields<'_>, service: &mut Service) {
    let longest = if service.profile == Profile::Salesforce { SALESFORCE_SECONDS_MAX } else { 3600 };
    let deadline = fields.take("deadline").and_then(|f| f.duration(seconds(1)..=seconds(longest)));
    service.deadline = deadline.unwrap_or(service.deadline);
    service.count_budget = service.deadline;
    if let Some(field) = fields.take("count_budget")
        && let Some(budget) = field.duration(seconds(1)..=service.deadline)
    {
        service.count_budget = budget;
    }
    let life = fields.take("token_life").and_then(|f| f.duration(seconds(60)..=seconds(30 * 86_400)));
    service.token_life = life.unwrap_or(service.token_life);
}

/// Indexes of the sources that a service may read; all of them when it names none.
fn sources_of(fields: &mut Fields<'_>, around: &Around<'_>) -> Vec<usize> {
    let Some(list) = fields.take("sources").and_then(|f| f.list()) else {
        return (0..around.sources.len()).collect();
    };
    let mut found = Vec::new();
    for field in list {
        match source_named(&field, around) {
            Some(index) if found.contains(&index) => {
                field.refuse(Code::DuplicateName, "named twice", "remove one of them");
            }
            Some(index) => found.push(index),
            None => {}
        }
    }
    found
}

fn source_named(field: &Field<'_>, around: &Around<'_>) -> Option<usize> {
    let text = field.text()?;
    let found = around.sources.iter().position(|source| source.name == text.value);
    if found.is_none() && around.sources_known {
        let near = nearest(&text.value, around.sources.iter().map(|source| source.name.as_str()));
        let help = near.map_or_else(|| "add it under [sources]".to_owned(), |near| format!("did you mean \"{near}\"?"));
        field.refuse(Code::UnknownName, "no such source", help);
    }
    found
}
