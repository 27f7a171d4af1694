//! An authorized plan becomes an SQL tree, split by clause.
//!
//! Reads a dialect's [`Capabilities`] and never its name. Cannot fail for a valid plan: what a dialect cannot spell is
//! refused when the tree is rendered.

mod condition;
mod flag;
mod keyset;
mod scalar;
mod search;
mod text;

use contract::sql::{Alias, Expr, From, Order, Pred, Select, Table};
use contract::{Capabilities, Value};

use crate::model::{EntitySet, Model};
use crate::plan::{Condition, OrderItem};
use crate::policy::Authorized;
use condition::Want;

/// The table under the select.
const ROOT: Alias = Alias(0);
/// The same table inside a count.
const COUNTED: Alias = Alias(1);
/// The rows of a capped count.
const CAPPED: Alias = Alias(2);

/// How a page carries its total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Not at all.
    None,
    /// As a last column that says the same in every row; counted up to the cap.
    Column(Option<u64>),
}

/// A page's statement and where its parts are.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The statement.
    pub select: Select,
    /// For each order item the result column with its raw value.
    pub keyset: Vec<usize>,
    /// The result column of the total.
    pub count: Option<usize>,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// After `skip` rows.
    Skip(u64),
    /// After the row with these order values.
    After(Vec<Value>),
}

/// What every clause sees.
pub(crate) struct Lowering<'a> {
    set: &'a EntitySet,
    capabilities: Capabilities,
    alias: Alias,
}

impl<'a> Lowering<'a> {
    fn new(authorized: &Authorized, model: &'a Model, alias: Alias) -> Lowering<'a> {
        let set = authorized.read().set;
        Lowering { set: model.set(set), capabilities: model.source_of(set).dialect.capabilities(), alias }
    }

    fn table(&self) -> From {
        From::Table(Table { schema: self.set.schema.clone(), name: self.set.table.clone(), alias: self.alias })
    }

    /// Everything that decides whether a row belongs to the answer.
    fn rows(&self, authorized: &Authorized) -> Pred {
        let read = authorized.read();
        let holds = |condition: Option<&Condition>| {
            condition.map_or(Pred::Const(true), |condition| self.condition(condition, Want::True))
        };
        let search = read.search.as_ref().map_or(Pred::Const(true), |term| self.search(term, true));
        holds(authorized.row_filter()).and(holds(read.filter.as_ref())).and(search)
    }
}

/// The statement of one page.
pub fn page(authorized: &Authorized, model: &Model, start: &Start, count: Count) -> Page {
    let read = authorized.read();
    let lowering = Lowering::new(authorized, model, ROOT);
    let mut columns: Vec<Expr> = read.columns.iter().map(|column| lowering.output(&column.value)).collect();
    let order: Vec<Order> = read.order.iter().map(|item| lowering.order(item)).collect();
    let mut keyset = Vec::with_capacity(order.len());
    for (item, column) in order.iter().zip(&read.keyset) {
        if columns.get(*column) == Some(&item.expr) {
            keyset.push(*column);
        } else {
            keyset.push(columns.len());
            columns.push(item.expr.clone());
        }
    }
    let mut rows = lowering.rows(authorized);
    let mut offset = None;
    match start {
        Start::Skip(0) => {}
        Start::Skip(skip) => offset = Some(*skip),
        Start::After(values) => rows = rows.and(keyset::after(&order, values)),
    }
    let position = match count {
        Count::None => None,
        Count::Column(cap) => {
            columns.push(Expr::Subselect(Box::new(self::count(authorized, model, cap))));
            Some(columns.len() - 1)
        }
    };
    let mut select = Select::new(columns, lowering.table());
    select.filter = filter(rows);
    select.order = order;
    select.limit = Some(read.page.fetch());
    select.offset = offset;
    Page { select, keyset, count: position }
}

/// The statement that counts every row of the answer, up to the cap.
pub fn count(authorized: &Authorized, model: &Model, cap: Option<u64>) -> Select {
    let lowering = Lowering::new(authorized, model, COUNTED);
    let rows = filter(lowering.rows(authorized));
    match cap {
        None => {
            let mut select = Select::new(vec![Expr::CountAll], lowering.table());
            select.filter = rows;
            select
        }
        Some(cap) => {
            let mut inner = Select::new(Vec::new(), lowering.table());
            inner.filter = rows;
            inner.limit = Some(cap);
            Select::new(vec![Expr::CountAll], From::Derived(Box::new(inner), CAPPED))
        }
    }
}

fn filter(pred: Pred) -> Option<Pred> {
    (pred != Pred::Const(true)).then_some(pred)
}

impl Lowering<'_> {
    /// One order item. Values that the driver would reinterpret are taken raw, so that a next link resumes exactly.
    fn order(&self, item: &OrderItem) -> Order {
        let expr = self.ordered(&item.value);
        Order { expr, descending: item.descending, nullable: item.value.nullable }
    }
}
