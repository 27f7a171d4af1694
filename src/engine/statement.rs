//! From an authorized plan to a statement and the shape of its rows.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use aws_lc_rs::digest::{SHA256, digest};
use contract::sql::Select;
use contract::{Call, Lane, Statement};

use super::{Engine, EngineError};
use crate::encode::{Shape, ShapeColumn};
use crate::lower::{self, Start};
use crate::model::{EdmType, EntitySet, Model};
use crate::plan::{Cost, Read, ScalarKind};
use crate::policy::Authorized;

/// A page's statement with what reading it needs.
pub(super) struct PageStatement {
    pub statement: Statement,
    pub shape: Shape,
    pub keyset: Vec<usize>,
    pub count_column: Option<usize>,
}

impl Engine {
    /// The statement of one page of `fetch` rows.
    pub(super) fn page_statement(
        &self,
        authorized: &Authorized,
        start: &Start,
        fetch: u64,
        count: lower::Count,
    ) -> Result<PageStatement, EngineError> {
        let page = lower::page(authorized, &self.service.model, start, fetch, count);
        let read = authorized.read();
        let mut shape = shape(read, &self.service.model);
        let hidden = page.select.columns.len() - usize::from(page.count.is_some());
        for column in &page.select.columns[shape.columns.len()..hidden] {
            let mut raw = ShapeColumn::new("", EdmType::String, column.ty());
            raw.shown = false;
            shape.columns.push(raw);
        }
        let statement = self.render(authorized, &page.select)?;
        Ok(PageStatement { statement, shape, keyset: page.keyset, count_column: page.count })
    }

    /// The statement that counts.
    pub(super) fn count_statement(&self, authorized: &Authorized, cap: Option<u64>) -> Result<Statement, EngineError> {
        self.render(authorized, &lower::count(authorized, &self.service.model, cap))
    }

    fn render(&self, authorized: &Authorized, select: &Select) -> Result<Statement, EngineError> {
        let source = self.service.model.source_of(authorized.read().set);
        contract::render::render(select, source.dialect)
            .map_err(|error| EngineError::Render { source_name: source.name.clone(), error })
    }

    /// The terms on which a statement runs.
    pub(super) fn call(&self, authorized: &Authorized, statement: Statement) -> Call {
        Call { statement, persistent: !self.pooled_by_proxy[self.source_index(authorized)] }
    }
}

/// The lane of a cost.
pub(super) fn lane(cost: Cost) -> Lane {
    match cost {
        Cost::Keyed => Lane::Keyed,
        Cost::Scan => Lane::Scan,
    }
}

/// The hash of a statement's text: equal for equal shapes, without any literal.
pub(super) fn shape_hash(statement: &Statement) -> u64 {
    hash(|hasher| statement.text.hash(hasher))
}

/// The hash of a statement with its parameters, asked of an entity set: equal for equal questions. Two sources may have
/// tables of one name.
pub(super) fn question_hash(set: &EntitySet, statement: &Statement) -> u64 {
    hash(|hasher| {
        set.name.hash(hasher);
        statement.text.hash(hasher);
        for param in &statement.params {
            format!("{:?}", param.value).hash(hasher);
        }
    })
}

/// The hash of an entity set's definition: a next link made before a change is not followed after it. The same in every
/// process that serves the same model.
pub(super) fn definition_hash(set: &EntitySet) -> u64 {
    let mut text = format!("{:?}\n{:?}\n", set.schema, set.table);
    for id in &set.key {
        let _written = writeln!(text, "{:?}", set.property(*id).name);
    }
    for property in &set.properties {
        let (name, column) = (&property.name, &property.column);
        let _written = write!(text, "\n{name:?} {column:?} {:?} {:?}", property.ty, property.sql);
    }
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn hash(feed: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    feed(&mut hasher);
    hasher.finish()
}

/// The shape of the plan's columns.
fn shape(read: &Read, model: &Model) -> Shape {
    let set = model.set(read.set);
    let zone = &model.source_of(read.set).time_zone;
    let columns = read.columns.iter().map(|column| {
        let mut shape = match column.value.kind {
            ScalarKind::Property(id) => {
                let property = set.property(id);
                let mut shape = ShapeColumn::new(column.name.as_str(), property.ty, property.sql);
                shape.max_length = property.max_length;
                shape.precision = property.precision;
                shape.scale = property.scale;
                shape.nullable = property.nullable;
                shape.flags = property.flags.clone();
                shape.null_as_false = property.ty == EdmType::Boolean && !property.nullable;
                shape.on_bad = property.on_bad_value;
                shape.zone = zone.clone();
                shape.key = set.is_key(id);
                shape
            }
            _ => ShapeColumn::new(column.name.as_str(), column.value.ty, contract::SqlType::Text),
        };
        shape.shown = column.shown;
        shape
    });
    Shape { columns: columns.collect() }
}
