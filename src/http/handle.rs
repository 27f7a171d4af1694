//! The pipeline of one request: negotiate, parse, plan, authorize, answer. [`pipeline`] is the list of stages.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Extension, Request, State};
use axum::response::Response;
use contract::{Date, Time, Timestamp};
use http::{HeaderMap, Method, Uri};
use jiff::tz::TimeZone;

use super::gateway::Mount;
use super::layers::Deadline;
use super::negotiate::{self, Kind};
use super::prefer::Preferred;
use super::record::Record;
use super::respond::{self, Terms};
use super::watch::Abandon;
use super::{Gateway, body};
use crate::engine::{self, Ask};
use crate::error::{Code, Fault};
use crate::odata::ast::Segment;
use crate::plan::{Output, Plan};
use crate::policy::Principal;
use crate::{odata, plan, policy};

/// One request with all that was found out about it on its way here.
struct Exchange {
    gateway: Arc<Gateway>,
    mount: Arc<Mount>,
    record: Arc<Record>,
    principal: Principal,
    deadline: Deadline,
    abandon: Abandon,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// The innermost service.
pub async fn handle(
    State(gateway): State<Arc<Gateway>>,
    Extension(mount): Extension<Arc<Mount>>,
    Extension(record): Extension<Arc<Record>>,
    Extension(principal): Extension<Principal>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let abandon = head.extensions.get::<Abandon>().cloned().unwrap_or_default();
    let (method, uri, headers) = (head.method, head.uri, head.headers);
    let exchange = Exchange { gateway, mount, record, principal, deadline, abandon, method, uri, headers };
    match pipeline(&exchange).await {
        Ok(response) => response,
        Err(fault) => respond::fault(&fault, &exchange.record, &exchange.gateway.events),
    }
}

/// Every stage in its order; what one refuses the next never sees.
async fn pipeline(exchange: &Exchange) -> Result<Response, Fault> {
    let Exchange { mount, record, headers, .. } = exchange;
    exchange.check_method()?;
    negotiate::versions(headers)?;
    let (path, query) = (exchange.path(), exchange.uri.query());
    let request = odata::parse(path, query, &engine::parse_limits(&exchange.gateway.limits))?;
    let chosen = negotiate::format(kind(&request.path), request.options.format.as_deref(), headers)?;
    let preferred = Preferred::of(headers);
    let rules = exchange.plan_rules(preferred);
    let read = match plan::plan(&request, &mount.service.model, &rules)? {
        Plan::ServiceDocument => {
            record.note(|noted| noted.route = "service");
            return Ok(mount.documents.service(&chosen, headers));
        }
        Plan::Metadata => {
            record.note(|noted| noted.route = "$metadata");
            return Ok(mount.documents.metadata(&chosen, headers));
        }
        Plan::Read(read) => read,
    };
    record.note(|noted| noted.route = route(&read.output));
    let followed = preferred.filter(|preferred| read.page.rows_max == preferred.rows);
    let may = policy::Rules { named_only: !mount.service.users.is_empty() };
    let authorized = policy::authorize(*read, &exchange.principal, &may)?;
    let planned = record.started.elapsed();
    let ask = Ask {
        metadata: chosen.metadata,
        ieee754: chosen.ieee754,
        deadline: exchange.deadline.0,
        skiptoken: request.options.skiptoken,
        fingerprint: engine::fingerprint(path, query),
        link: exchange.link(),
        facts: record.facts.clone(),
    };
    let answer = mount.engine.answer(authorized, ask).await?;
    let timing = exchange.gateway.server_timing.then_some(planned);
    Ok(respond::answer(answer, Terms { chosen: &chosen, followed, body: exchange.body_terms(), timing }))
}

impl Exchange {
    fn check_method(&self) -> Result<(), Fault> {
        if self.method == Method::GET || self.method == Method::HEAD {
            return Ok(());
        }
        Err(Fault::new(Code::Method, "this service is read-only: it answers GET and HEAD"))
    }

    /// The path below the root, as it came.
    fn path(&self) -> &str {
        self.mount.below(self.uri.path()).unwrap_or_default()
    }

    /// The absolute URL of the request without its `$skiptoken`.
    fn link(&self) -> String {
        let query = engine::without_skiptoken(self.uri.query());
        format!("{}{}?{query}", self.mount.service.public_url, self.path())
    }

    fn plan_rules(&self, preferred: Option<Preferred>) -> plan::Rules {
        let service = &self.mount.service;
        plan::Rules {
            prefer_page_rows: preferred.map(|preferred| preferred.rows),
            ..engine::plan_rules(service, self.gateway.limits.in_terms_max, now())
        }
    }

    fn body_terms(&self) -> body::Terms {
        let pace = super::start::pace(&self.gateway.limits);
        body::Terms { gzip: negotiate::takes_gzip(&self.headers), pace, abandon: self.abandon.clone() }
    }
}

/// In which formats the addressed resource exists; the last segment tells.
fn kind(path: &[Segment]) -> Kind {
    match path.last() {
        Some(Segment::Metadata) => Kind::Xml,
        Some(Segment::Count) => Kind::Text,
        Some(Segment::Value) => Kind::Raw,
        _ => Kind::Json,
    }
}

fn route(output: &Output) -> &'static str {
    match output {
        Output::Collection => "collection",
        Output::Entity => "entity",
        Output::Property { raw: false, .. } => "property",
        Output::Property { raw: true, .. } => "$value",
        Output::Count => "$count",
    }
}

/// The instant of the request in UTC.
fn now() -> Timestamp {
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    let clock = TimeZone::UTC.to_datetime(now);
    let nanos = u64::try_from(clock.time().duration_since(jiff::civil::Time::midnight()).as_nanos()).unwrap_or(0);
    Timestamp {
        date: Date { year: clock.year().into(), month: clock.month() as u8, day: clock.day() as u8 },
        time: Time { nanos },
    }
}
