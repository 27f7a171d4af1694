//! One entity, one property, one bare count.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use contract::{AdapterError, Advance, ErrorKind, RowSink};
use tokio::time::Instant;

use super::answer::{Answer, Body, Content};
use super::collection::whole;
use super::statement::{PageStatement, lane, shape_hash};
use super::{Ask, Engine, EngineError, Facts};
use crate::encode::envelope::{count_text, push_entity, push_property};
use crate::encode::literal::{Form, cell_of, key_literal};
use crate::encode::{
    BadCell, Context, EntityNames, Metadata, RowEncoder, RowOptions, ShapeColumn, ValueEncoder, ValueForm,
};
use crate::lower::{self, Start};
use crate::model::{EdmType, PropertyId};
use crate::plan::{Condition, Scalar, ScalarKind};
use crate::policy::Authorized;
use crate::source::{Query, SourceError};

impl Engine {
    /// `Set(key)`
    pub(super) async fn entity(&self, authorized: &Authorized, ask: &Ask) -> Result<Answer, EngineError> {
        let read = authorized.read();
        let set = self.service.model.set(read.set);
        let page = self.single_statement(authorized, ask)?;
        let options = RowOptions {
            metadata: ask.metadata,
            entity: (ask.metadata == Metadata::Full).then(|| EntityNames {
                type_name: format!("{}.{}", self.service.model.namespace, set.type_name),
                set_url: format!("{}{}", self.service.public_url, set.name),
            }),
            quoted_numbers: ask.ieee754,
            rows_max: Some(1),
            ..RowOptions::default()
        };
        let mut encoder = RowEncoder::new(&page.shape, options);
        let mut object = Vec::new();
        self.run(authorized, ask, page, &mut encoder, |encoder| object.append(&mut encoder.take())).await?;
        if let Some(error) = encoder.error() {
            return Err(error.clone().into());
        }
        object.append(&mut encoder.take());
        if encoder.rows() == 0 {
            return Err(EngineError::NotFound { set: set.name.clone() });
        }
        if encoder.more() {
            return Err(self.no_key(authorized));
        }
        ask.facts.rows.store(encoder.rows(), Ordering::Relaxed);
        if !encoder.bad().is_empty() {
            ask.facts.bad_values.store(encoder.bad().iter().map(|cell| cell.count).sum(), Ordering::Relaxed);
            ask.facts.note(|texts| texts.bad = encoder.bad().to_vec());
        }
        let select: Option<Vec<&str>> = read.selected.as_ref().map(|names| names.iter().map(String::as_str).collect());
        let context = Context::Entity { set: &set.name, select: select.as_deref() }.url(&self.service.public_url);
        let mut out = Vec::with_capacity(object.len() + context.len() + 64);
        push_entity(&mut out, ask.metadata, &context, &object);
        Ok(whole(ask, out))
    }

    /// `Set(key)/Property` and `Set(key)/Property/$value`
    pub(super) async fn property(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        property: PropertyId,
        raw: bool,
    ) -> Result<Answer, EngineError> {
        let read = authorized.read();
        let set = self.service.model.set(read.set);
        let page = self.single_statement(authorized, ask)?;
        let form = if raw { ValueForm::Raw } else { ValueForm::Json };
        let mut encoder = ValueEncoder::new(&page.shape, form, ask.ieee754);
        self.run(authorized, ask, page, &mut encoder, |_| ()).await?;
        if let Some(error) = encoder.error() {
            return Err(error.clone().into());
        }
        if !encoder.found() {
            return Err(EngineError::NotFound { set: set.name.clone() });
        }
        if encoder.repeated() {
            return Err(self.no_key(authorized));
        }
        ask.facts.rows.store(1, Ordering::Relaxed);
        if let Some(reason) = encoder.bad() {
            ask.facts.bad_values.store(1, Ordering::Relaxed);
            let (property, key) = (set.property(property).name.clone(), Some(self.key_text(authorized)));
            ask.facts.note(|texts| texts.bad = vec![BadCell { property, reason, count: 1, row: 1, key }]);
        }
        let always_valued = set.property(property).ty == EdmType::Boolean && !set.property(property).nullable;
        if encoder.is_null() && !always_valued {
            let facts = ask.facts.clone();
            return Ok(Answer { content: Content::Nothing, body: Body::Whole(Bytes::new()), facts });
        }
        let value = encoder.into_bytes();
        if raw {
            let content = if set.property(property).ty == EdmType::Binary { Content::Bytes } else { Content::Text };
            return Ok(Answer { content, ..whole(ask, value) });
        }
        let name = &set.property(property).name;
        let key = self.key_text(authorized);
        let context = Context::Property { set: &set.name, key: &key, property: name }.url(&self.service.public_url);
        let mut out = Vec::with_capacity(value.len() + context.len() + 64);
        push_property(&mut out, ask.metadata, &context, &value);
        Ok(whole(ask, out))
    }

    /// `Set/$count`
    pub(super) async fn bare_count(&self, authorized: &Authorized, ask: &Ask) -> Result<Answer, EngineError> {
        ask.facts.note(|texts| texts.count = Some("bare"));
        let count = self.count_apart(authorized, ask, None).await?;
        Ok(Answer { content: Content::Text, ..whole(ask, count_text(count)) })
    }

    fn single_statement(&self, authorized: &Authorized, ask: &Ask) -> Result<PageStatement, EngineError> {
        // Two rows would show a key that is none.
        let page = self.page_statement(authorized, &Start::Skip(0), 2, lower::Count::None)?;
        ask.facts.note(|texts| {
            texts.shape = Some(shape_hash(&page.statement));
            texts.lane = Some("keyed");
        });
        Ok(page)
    }

    /// Several rows have one key: half an answer would be a wrong one.
    fn no_key(&self, authorized: &Authorized) -> EngineError {
        let set = &self.service.model.set(authorized.read().set).name;
        let error = AdapterError::new(ErrorKind::Misconfigured, format!("the key of '{set}' is not unique"));
        SourceError::Misconfigured { name: self.source(authorized).name().into(), error }.into()
    }

    async fn run<S: RowSink>(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        page: PageStatement,
        sink: &mut S,
        mut between: impl FnMut(&mut S),
    ) -> Result<(), EngineError> {
        let query = Query {
            call: self.call(authorized, page.statement),
            lane: lane(authorized.read().cost),
            deadline: ask.deadline,
            session: authorized.session().clone(),
        };
        let begun = Instant::now();
        let mut running = self.source(authorized).query(query).await?;
        while running.advance(sink).await? == Advance::Paused {
            between(sink);
        }
        let timings = running.timings();
        Facts::add(&ask.facts.queue_us, timings.queue_wait);
        Facts::add(&ask.facts.database_us, timings.database);
        let rest = begun.elapsed().saturating_sub(timings.queue_wait + timings.connect + timings.database);
        Facts::add(&ask.facts.encode_us, rest);
        Ok(())
    }

    /// The key of a pinned plan as a literal, for the context URL.
    fn key_text(&self, authorized: &Authorized) -> String {
        let set = self.service.model.set(authorized.read().set);
        let Some(Condition::And(parts)) = &authorized.read().filter else { return String::new() };
        let columns: Vec<ShapeColumn> = set
            .key
            .iter()
            .map(|id| {
                let property = set.property(*id);
                ShapeColumn::new(property.name.as_str(), property.ty, property.sql)
            })
            .collect();
        let cells = columns.iter().zip(parts).filter_map(|(column, part)| match part {
            Condition::Compare(_, _, Scalar { kind: ScalarKind::Literal(value), .. }) => {
                cell_of(value).map(|cell| (column, cell))
            }
            _ => None,
        });
        let mut out = Vec::new();
        match key_literal(&mut out, cells, Form::Plain) {
            Ok(()) => String::from_utf8(out).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}
