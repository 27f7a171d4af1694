//! The floor's PostgreSQL: 16 connections, every statement prepared, binary values straight to JSON.

use std::error::Error;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use futures_util::TryStreamExt;
use tokio::sync::Semaphore;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::json::{self, CUSTOMER, INVOICE, Kind, LIST, RELATED, Shape};
use super::{Ask, EXPORT_FETCH, begin, end_page, list_context, related_context};
use crate::Outcome;
use crate::cases::EXPORT_PAGE_ROWS;
use crate::config::POSTGRES_CONNECTIONS;
use crate::data::SCHEMA;

const ALL: &str =
    "id, number, customer_id, invoice_date, due_date, status, currency, net, tax, total, changed_at, note";
const DAYS_TO_2000: i64 = 10_957;
const MICROS_TO_2000: i64 = DAYS_TO_2000 * 86_400_000_000;

/// Connections at rest.
pub struct Pool {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

struct Connection {
    client: Client,
    key: Statement,
    list: Statement,
    count: Statement,
    related: Statement,
    or: Statement,
    page: Statement,
    contains: Statement,
    skip: Statement,
}

impl Pool {
    /// Opens all connections.
    pub async fn connect(url: &str) -> Outcome<Pool> {
        let mut idle = Vec::new();
        for _ in 0..POSTGRES_CONNECTIONS {
            idle.push(Connection::open(url).await?);
        }
        Ok(Pool { permits: Semaphore::new(idle.len()), idle: Mutex::new(idle) })
    }

    /// The body of an answer.
    pub async fn answer(&self, ask: &Ask) -> Outcome<Vec<u8>> {
        let _permit = self.permits.acquire().await?;
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = taken.ok_or("a permit without a connection")?;
        let body = connection.answer(ask).await;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        body
    }
}

impl Connection {
    async fn open(url: &str) -> Outcome<Connection> {
        let (client, driver) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(driver);
        client.batch_execute(&format!("SET search_path = {SCHEMA}")).await?;
        let prepare = async |text: String| client.prepare(&text).await;
        Ok(Connection {
            key: prepare(format!("SELECT {ALL} FROM invoices WHERE id = $1 LIMIT 2")).await?,
            list: prepare(
                "SELECT id, number, customer_id, invoice_date, due_date, status, total, note FROM invoices \
                 WHERE customer_id = $1 ORDER BY invoice_date DESC, id LIMIT 25"
                    .to_owned(),
            )
            .await?,
            count: prepare("SELECT count(*) FROM invoices WHERE customer_id = $1".to_owned()).await?,
            related: prepare(
                "SELECT id, number, customer_id, invoice_date, total FROM invoices \
                 WHERE customer_id = $1 ORDER BY id LIMIT 6"
                    .to_owned(),
            )
            .await?,
            or: prepare(format!("SELECT {ALL} FROM invoices WHERE id = ANY($1) ORDER BY id")).await?,
            page: prepare(format!("SELECT {ALL} FROM invoices WHERE id > $1 ORDER BY id LIMIT $2")).await?,
            contains: prepare(
                "SELECT id, name, city, credit_limit, since FROM customers WHERE name LIKE $1 ORDER BY id LIMIT 25"
                    .to_owned(),
            )
            .await?,
            skip: prepare(format!("SELECT {ALL} FROM invoices ORDER BY id LIMIT 2000 OFFSET $1")).await?,
            client,
        })
    }

    async fn answer(&self, ask: &Ask) -> Outcome<Vec<u8>> {
        let mut out = Vec::with_capacity(8 * 1024);
        match ask {
            Ask::Entity(id) => {
                let mut object = Vec::with_capacity(1024);
                self.rows(&mut object, &self.key, &[id], INVOICE, 1).await?;
                out.extend_from_slice(b"{\"@odata.context\":\"");
                out.extend_from_slice(crate::config::PUBLIC_URL.as_bytes());
                out.extend_from_slice(b"$metadata#Invoices/$entity\",");
                out.extend_from_slice(object.get(1..).unwrap_or_default());
                return Ok(out);
            }
            Ask::List { customer, count: true } => {
                // Both are under way at once on the one connection.
                let mut rows = Vec::with_capacity(8 * 1024);
                let params: &[&(dyn ToSql + Sync)] = &[customer];
                let (read, count) = tokio::join!(
                    self.rows(&mut rows, &self.list, params, LIST, 25),
                    self.client.query_one(&self.count, params)
                );
                read?;
                begin(&mut out, &list_context(), Some(count?.try_get(0)?));
                out.extend_from_slice(&rows);
                end_page(&mut out, None);
                return Ok(out);
            }
            Ask::Export { after } => {
                begin(&mut out, "Invoices", None);
                let page = self.rows(&mut out, &self.page, &[after, &EXPORT_FETCH], INVOICE, EXPORT_PAGE_ROWS).await?;
                end_page(&mut out, page.more.then_some(page.last));
                return Ok(out);
            }
            _ => {}
        }
        let pattern;
        let (context, shape, statement, params): (_, _, _, &[&(dyn ToSql + Sync)]) = match ask {
            Ask::Key(id) => ("Invoices".to_owned(), INVOICE, &self.key, &[id]),
            Ask::List { customer, .. } => (list_context(), LIST, &self.list, &[customer]),
            Ask::Related(customer) => (related_context(), RELATED, &self.related, &[customer]),
            Ask::Or(keys) => ("Invoices".to_owned(), INVOICE, &self.or, &[keys]),
            Ask::Page { after, rows } => ("Invoices".to_owned(), INVOICE, &self.page, &[after, rows]),
            Ask::Contains(needle) => {
                pattern = format!("%{needle}%");
                ("Customers".to_owned(), CUSTOMER, &self.contains, &[&pattern])
            }
            Ask::Skip(rows) => ("Invoices".to_owned(), INVOICE, &self.skip, &[rows]),
            Ask::Entity(_) | Ask::Export { .. } => return Err("answered above".into()),
        };
        begin(&mut out, &context, None);
        self.rows(&mut out, statement, params, shape, i64::MAX).await?;
        end_page(&mut out, None);
        Ok(out)
    }

    /// Writes at most so many rows, commas between them.
    async fn rows(
        &self,
        out: &mut Vec<u8>,
        statement: &Statement,
        params: &[&(dyn ToSql + Sync)],
        shape: Shape,
        rows_max: i64,
    ) -> Outcome<Written> {
        let mut rows = pin!(self.client.query_raw(statement, params.iter().copied()).await?);
        let mut written = Written { rows: 0, last: 0, more: false };
        while let Some(row) = rows.try_next().await? {
            if written.rows == rows_max {
                written.more = true;
                continue;
            }
            if written.rows > 0 {
                out.push(b',');
            }
            write_row(out, &row, shape)?;
            written.rows += 1;
            if rows_max == EXPORT_PAGE_ROWS {
                written.last = row.try_get(0)?;
            }
        }
        Ok(written)
    }
}

struct Written {
    rows: i64,
    last: i64,
    more: bool,
}

/// The bytes of a value.
struct Wire<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Wire<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Wire<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Wire(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn write_row(out: &mut Vec<u8>, row: &Row, shape: Shape) -> Outcome<()> {
    for (place, (prefix, kind)) in shape.iter().enumerate() {
        out.extend_from_slice(prefix.as_bytes());
        let Some(Wire(wire)) = row.try_get::<_, Option<Wire<'_>>>(place)? else {
            out.extend_from_slice(b"null");
            continue;
        };
        match kind {
            Kind::Int => json::integer(out, i64::from_be_bytes(wire.try_into()?)),
            Kind::Text => json::text(out, wire),
            Kind::Date => {
                out.push(b'"');
                json::date(out, i64::from(i32::from_be_bytes(wire.try_into()?)) + DAYS_TO_2000);
                out.push(b'"');
            }
            Kind::Instant => json::instant(out, i64::from_be_bytes(wire.try_into()?) + MICROS_TO_2000),
            Kind::Decimal { .. } => numeric(out, wire),
        }
    }
    out.push(b'}');
    Ok(())
}

/// Writes base-10000 digits; the data has no negative numbers.
fn numeric(out: &mut Vec<u8>, wire: &[u8]) {
    let word = |at: usize| wire.get(at..at + 2).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]));
    let (count, weight, scale) = (i32::from(word(0)), i32::from(word(2).cast_signed()), usize::from(word(6)));
    let digit = |at: i32| if (0..count).contains(&at) { word(8 + 2 * at as usize) } else { 0 };
    if weight < 0 {
        out.push(b'0');
    } else {
        json::integer(out, i64::from(digit(0)));
    }
    let four = |out: &mut Vec<u8>, value: u16| {
        let value = [value / 1000, value / 100 % 10, value / 10 % 10, value % 10];
        out.extend(value.map(|digit| b'0' + digit as u8));
    };
    for at in 1..=weight {
        four(out, digit(at));
    }
    if scale > 0 {
        out.push(b'.');
        let end = out.len() + scale;
        let mut at = weight + 1;
        while out.len() < end {
            four(out, digit(at));
            at += 1;
        }
        out.truncate(end);
    }
}
