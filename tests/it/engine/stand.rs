//! A service with its engine over one source, asked by path and query.

use std::sync::Arc;
use std::time::Duration;

use contract::Adapter;
use serde_json::Value as Json;
use tidegate::config::{Limits, Options, Paging, Profile, Service, SourceConfig};
use tidegate::encode::Metadata;
use tidegate::engine::{
    Answer, Ask, Body, Budget, Cut, Engine, EngineError, Facts, fingerprint, plan_rules, without_skiptoken,
};
use tidegate::odata;
use tidegate::plan::{self, Plan};
use tidegate::policy::{self, Authorized, Principal};
use tidegate::source::{self, Source};
use tokio::time::Instant;

use crate::fixture::{self, Database, SOURCE, Time, Timestamp, date};

/// What stands before every path in a link.
pub const PUBLIC_URL: &str = "https://gateway.example.com/odata/v4/";

/// What a stand is made of; a test bends it before [`Terms::stand`].
pub struct Terms {
    pub service: Service,
    pub source: SourceConfig,
    pub limits: Limits,
    _dir: tempfile::TempDir,
}

impl Terms {
    /// A service over this model and URL, in the standard's profile with server-driven paging.
    pub fn new(model: &str, url: &str) -> Terms {
        Terms::of_profile(model, url, Profile::OData)
    }

    fn of_profile(model: &str, url: &str, profile: Profile) -> Terms {
        let profile = if profile == Profile::OData { "odata" } else { "salesforce" };
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("m.model.toml"), model).unwrap();
        let path = dir.path().join("tidegate.toml");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[sources.{SOURCE}]\nurl = {url:?}\n[services.main]\n\
             model = \"m.model.toml\"\npublic_url = {PUBLIC_URL:?}\nprofile = {profile:?}\npaging = \"server\"\n"
        );
        std::fs::write(&path, text).unwrap();
        let loaded = tidegate::config::read(&path, &Options::default());
        let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.findings));
        let (service, source) = (config.services.remove(0), config.sources.remove(0));
        Terms { service, source, limits: config.limits, _dir: dir }
    }

    /// The fixture in a SQLite file of its own, all of its sets.
    pub fn fixture() -> Terms {
        Terms::fixture_of(Profile::OData)
    }

    /// The same in another profile.
    pub fn fixture_of(profile: Profile) -> Terms {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("fixture.db");
        fixture::write_sqlite(&file).unwrap();
        let broken = fixture::broken::model(Database::Sqlite).replace("namespace = \"Fixture\"\n", "");
        let folded = fixture::folded::model(Database::Sqlite).replace("namespace = \"Fixture\"\n", "");
        let model = fixture::model(Database::Sqlite) + &broken + &folded;
        Terms { _dir: dir, ..Terms::of_profile(&model, &format!("sqlite:{}", file.display()), profile) }
    }

    /// A SQLite file made by a script, under this model.
    pub fn sqlite(script: &str, model: &str) -> Terms {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("own.db");
        rusqlite::Connection::open(&file).unwrap().execute_batch(script).unwrap();
        Terms { _dir: dir, ..Terms::new(model, &format!("sqlite:{}", file.display())) }
    }

    pub fn client(mut self) -> Terms {
        self.service.paging = Paging::Client;
        self
    }

    pub fn pages(mut self, rows: u64) -> Terms {
        self.service.page_rows_max = rows;
        self
    }

    pub fn page_bytes(mut self, bytes: usize) -> Terms {
        self.service.page_bytes_max = bytes;
        self
    }

    /// Opens the configured database.
    pub fn stand(self) -> Stand {
        let source = source::drivers::open(&self.source).unwrap();
        self.over_source(source)
    }

    /// The same over another adapter.
    pub fn over(self, adapter: Arc<dyn Adapter>) -> Stand {
        let source = Source::new(&self.source, adapter);
        self.over_source(source)
    }

    fn over_source(self, source: Source) -> Stand {
        let (source, service) = (Arc::new(source), Arc::new(self.service));
        let budget = Arc::new(Budget::new(self.limits.read_ahead_total_bytes_max));
        let engine = Engine::new(service.clone(), vec![source.clone()], vec![false], &self.limits, budget.clone());
        Stand {
            engine: Arc::new(engine.unwrap()),
            service,
            source,
            budget,
            budget_bytes: self.limits.read_ahead_total_bytes_max.div_ceil(1024) * 1024,
            deadline: Duration::from_secs(30),
            _dir: self._dir,
        }
    }
}

/// An engine that answers.
pub struct Stand {
    engine: Arc<Engine>,
    service: Arc<Service>,
    pub source: Arc<Source>,
    pub budget: Arc<Budget>,
    budget_bytes: usize,
    pub deadline: Duration,
    _dir: tempfile::TempDir,
}

impl Stand {
    /// Answers; `prefer` is the page size that the client prefers.
    pub async fn answer(&self, request: &str, prefer: Option<u64>) -> Result<Answer, EngineError> {
        self.answer_within(request, prefer, self.deadline).await
    }

    /// The same with a deadline of its own.
    pub async fn answer_within(
        &self,
        request: &str,
        prefer: Option<u64>,
        time: Duration,
    ) -> Result<Answer, EngineError> {
        let (path, query) = request.split_once('?').map_or((request, None), |(path, query)| (path, Some(query)));
        let (authorized, skiptoken) = self.authorized(path, query, prefer);
        let others = without_skiptoken(query);
        let mark = if others.is_empty() { "" } else { "?" };
        let ask = Ask {
            metadata: Metadata::Minimal,
            ieee754: false,
            deadline: Instant::now() + time,
            skiptoken,
            fingerprint: fingerprint(path, query),
            link: format!("{PUBLIC_URL}{path}{mark}{others}"),
            facts: Arc::new(Facts::default()),
        };
        self.engine.answer(authorized, ask).await
    }

    fn authorized(&self, path: &str, query: Option<&str>, prefer: Option<u64>) -> (Authorized, Option<String>) {
        let parsed = odata::parse(path, query, &odata::Limits::default()).unwrap();
        let rules = plan::Rules {
            prefer_page_rows: prefer,
            ..plan_rules(&self.service, 2000, Timestamp { date: date(2026, 1, 2), time: Time { nanos: 0 } })
        };
        let Plan::Read(read) = plan::plan(&parsed, &self.service.model, &rules).unwrap() else { panic!("{path}") };
        let everyone = policy::Rules { named_only: false };
        let authorized = policy::authorize(*read, &Principal { name: None }, &everyone).unwrap();
        (authorized, parsed.options.skiptoken)
    }

    /// The whole answer as JSON.
    pub async fn json(&self, request: &str) -> Json {
        let answer = self.answer(request, None).await.unwrap();
        serde_json::from_slice(&whole(answer.body).await.unwrap()).unwrap()
    }

    /// Which way the count went, beside the answer.
    pub async fn counted(&self, request: &str) -> (Json, &'static str) {
        let answer = self.answer(request, None).await.unwrap();
        let way = answer.facts.texts().count.unwrap();
        (serde_json::from_slice(&whole(answer.body).await.unwrap()).unwrap(), way)
    }

    /// The properties of a set.
    pub fn columns(&self, set: &str) -> Vec<String> {
        let set = self.service.model.sets.iter().find(|known| known.name == set).unwrap_or_else(|| panic!("{set}"));
        set.properties.iter().map(|property| property.name.clone()).collect()
    }

    /// Every page from the first one on; `prefer` says the preferred size of each.
    pub async fn walk(&self, request: &str, mut prefer: impl FnMut(usize) -> Option<u64>) -> Vec<Json> {
        let mut pages: Vec<Json> = Vec::new();
        let mut next = Some(request.to_owned());
        while let Some(request) = next {
            let answer = self.answer(&request, prefer(pages.len())).await.unwrap_or_else(|e| panic!("{request}: {e}"));
            let page: Json = serde_json::from_slice(&whole(answer.body).await.unwrap()).unwrap();
            next = link(&page);
            pages.push(page);
            assert!(pages.len() < 20_000, "a walk without end");
        }
        pages
    }

    /// Waits until nothing is held any more: no connection, no place in a queue, no byte of the budget.
    pub async fn at_rest(&self) {
        let begun = Instant::now();
        loop {
            let loads = [self.source.load(contract::Lane::Keyed), self.source.load(contract::Lane::Scan)];
            let busy: usize = loads.iter().map(|load| load.in_use + load.waiting).sum();
            if busy == 0 && self.budget.free_bytes() == self.budget_bytes {
                return;
            }
            let free = self.budget.free_bytes();
            assert!(begun.elapsed() < Duration::from_secs(20), "still held: {loads:?}, {free} bytes free");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The request that a page's next link asks.
pub fn link(page: &Json) -> Option<String> {
    page.get("@odata.nextLink").map(|link| link.as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned())
}

/// The rows of pages, in order.
pub fn rows(pages: &[Json]) -> Vec<Json> {
    pages.iter().flat_map(|page| page["value"].as_array().unwrap().clone()).collect()
}

/// Takes a body to its end.
pub async fn whole(body: Body) -> Result<Vec<u8>, Cut> {
    let mut out = Vec::new();
    match body {
        Body::Whole(bytes) => out.extend_from_slice(&bytes),
        Body::Stream(mut pieces) => {
            while let Some(piece) = pieces.recv().await {
                out.extend_from_slice(&piece?);
            }
        }
    }
    Ok(out)
}
