//! The floor's SQLite: rusqlite on dedicated threads, each of which runs a query and writes the whole body.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use rusqlite::types::{ToSql, ValueRef};
use rusqlite::{Connection, OpenFlags, Row};
use tokio::sync::{Semaphore, oneshot};

use super::json::{self, CUSTOMER, INVOICE, Kind, LIST, RELATED, Shape};
use super::{Ask, EXPORT_FETCH, begin, end_page, list_context, related_context};
use crate::Outcome;
use crate::cases::EXPORT_PAGE_ROWS;
use crate::config::SQLITE_CONNECTIONS;

const ALL: &str =
    "id, number, customer_id, invoice_date, due_date, status, currency, net, tax, total, changed_at, note";

type Job = (Ask, oneshot::Sender<Outcome<Vec<u8>>>);

/// Threads at rest, each with a connection.
pub struct Threads {
    idle: Mutex<Vec<Sender<Job>>>,
    permits: Semaphore,
}

impl Threads {
    /// Starts all threads.
    pub fn start(path: &str) -> Outcome<Threads> {
        let mut idle = Vec::new();
        for _ in 0..SQLITE_CONNECTIONS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.set_prepared_statement_cache_capacity(100);
            let (sender, jobs) = channel();
            std::thread::spawn(move || work(&connection, &jobs));
            idle.push(sender);
        }
        Ok(Threads { permits: Semaphore::new(idle.len()), idle: Mutex::new(idle) })
    }

    /// The body of an answer.
    pub async fn answer(&self, ask: Ask) -> Outcome<Vec<u8>> {
        let _permit = self.permits.acquire().await?;
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let thread = taken.ok_or("a permit without a thread")?;
        let (done, body) = oneshot::channel();
        thread.send((ask, done))?;
        let body = body.await;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        body?
    }
}

fn work(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok((ask, done)) = jobs.recv() {
        // Whoever asked may have gone.
        drop(done.send(answer(connection, &ask)));
    }
}

fn answer(connection: &Connection, ask: &Ask) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(8 * 1024);
    let all = |rest: &str| format!("SELECT {ALL} FROM invoices {rest}");
    match ask {
        Ask::Entity(id) => {
            let mut object = Vec::with_capacity(1024);
            rows(connection, &mut object, &all("WHERE id = ? LIMIT 2"), &[id], INVOICE, 1)?;
            out.extend_from_slice(b"{\"@odata.context\":\"");
            out.extend_from_slice(crate::config::PUBLIC_URL.as_bytes());
            out.extend_from_slice(b"$metadata#Invoices/$entity\",");
            out.extend_from_slice(object.get(1..).unwrap_or_default());
            return Ok(out);
        }
        Ask::Export { after } => {
            begin(&mut out, "Invoices", None);
            let text = all("WHERE id > ? ORDER BY id LIMIT ?");
            let page = rows(connection, &mut out, &text, &[after, &EXPORT_FETCH], INVOICE, EXPORT_PAGE_ROWS)?;
            end_page(&mut out, page.more.then_some(page.last));
            return Ok(out);
        }
        _ => {}
    }
    let pattern;
    let keys: Vec<&dyn ToSql>;
    let (context, shape, text, params): (_, _, _, &[&dyn ToSql]) = match ask {
        Ask::Key(id) => ("Invoices".to_owned(), INVOICE, all("WHERE id = ? LIMIT 2"), &[id]),
        Ask::List { customer, .. } => {
            let text = "SELECT id, number, customer_id, invoice_date, due_date, status, total, note FROM invoices \
                        WHERE customer_id = ? ORDER BY invoice_date DESC, id LIMIT 25";
            (list_context(), LIST, text.to_owned(), &[customer])
        }
        Ask::Related(customer) => {
            let text = "SELECT id, number, customer_id, invoice_date, total FROM invoices \
                        WHERE customer_id = ? ORDER BY id LIMIT 6";
            (related_context(), RELATED, text.to_owned(), &[customer])
        }
        Ask::Or(list) => {
            keys = list.iter().map(|key| key as &dyn ToSql).collect();
            let marks = vec!["?"; list.len()].join(",");
            ("Invoices".to_owned(), INVOICE, all(&format!("WHERE id IN ({marks}) ORDER BY id")), &keys)
        }
        Ask::Page { after, rows } => {
            ("Invoices".to_owned(), INVOICE, all("WHERE id > ? ORDER BY id LIMIT ?"), &[after, rows])
        }
        Ask::Contains(needle) => {
            pattern = format!("*{needle}*");
            let text =
                "SELECT id, name, city, credit_limit, since FROM customers WHERE name GLOB ? ORDER BY id LIMIT 25";
            ("Customers".to_owned(), CUSTOMER, text.to_owned(), &[&pattern])
        }
        Ask::Skip(rows) => ("Invoices".to_owned(), INVOICE, all("ORDER BY id LIMIT 2000 OFFSET ?"), &[rows]),
        Ask::Entity(_) | Ask::Export { .. } => return Err("answered above".into()),
    };
    let count = match ask {
        Ask::List { customer, count: true } => {
            let mut statement = connection.prepare_cached("SELECT count(*) FROM invoices WHERE customer_id = ?")?;
            Some(statement.query_row([customer], |row| row.get(0))?)
        }
        _ => None,
    };
    begin(&mut out, &context, count);
    rows(connection, &mut out, &text, params, shape, i64::MAX)?;
    end_page(&mut out, None);
    Ok(out)
}

struct Written {
    rows: i64,
    last: i64,
    more: bool,
}

/// Writes at most so many rows, commas between them.
fn rows(
    connection: &Connection,
    out: &mut Vec<u8>,
    text: &str,
    params: &[&dyn ToSql],
    shape: Shape,
    rows_max: i64,
) -> Outcome<Written> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query(params)?;
    let mut written = Written { rows: 0, last: 0, more: false };
    while let Some(row) = rows.next()? {
        if written.rows == rows_max {
            written.more = true;
            break;
        }
        if written.rows > 0 {
            out.push(b',');
        }
        write_row(out, row, shape)?;
        written.rows += 1;
        if rows_max == EXPORT_PAGE_ROWS {
            written.last = row.get(0)?;
        }
    }
    Ok(written)
}

fn write_row(out: &mut Vec<u8>, row: &Row<'_>, shape: Shape) -> Outcome<()> {
    for (place, (prefix, kind)) in shape.iter().enumerate() {
        out.extend_from_slice(prefix.as_bytes());
        match (kind, row.get_ref(place)?) {
            (_, ValueRef::Null) => out.extend_from_slice(b"null"),
            (Kind::Int, ValueRef::Integer(value)) => json::integer(out, value),
            (Kind::Decimal { cents: true }, ValueRef::Integer(value)) => json::cents(out, value),
            (Kind::Decimal { cents: false }, ValueRef::Text(value)) => out.extend_from_slice(value),
            (Kind::Text, ValueRef::Text(value)) => json::text(out, value),
            (Kind::Date, ValueRef::Text(value)) => {
                out.push(b'"');
                out.extend_from_slice(value);
                out.push(b'"');
            }
            (Kind::Instant, ValueRef::Text(value)) => instant(out, value),
            (kind, value) => return Err(format!("{kind:?} from {:?}", value.data_type()).into()),
        }
    }
    out.push(b'}');
    Ok(())
}

/// Writes `YYYY-MM-DD hh:mm:ss.ffffff` in OData's form.
fn instant(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.extend_from_slice(value);
    if let Some(blank) = out.get_mut(start + 10) {
        *blank = b'T';
    }
    while out.last() == Some(&b'0') {
        out.pop();
    }
    if out.last() == Some(&b'.') {
        out.pop();
    }
    out.extend_from_slice(b"Z\"");
}
