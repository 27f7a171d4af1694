//! The floor: an axum handler with the SQL typed in and rows written to JSON by hand.
//!
//! A bound for the gateway and no competitor: it parses no OData, plans nothing, asks nobody who they are, logs
//! nothing and cannot be configured. Its answers have the gateway's bytes, so that both can be compared.

pub mod json;
pub mod postgres;
pub mod sqlite;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::cases::{EXPORT_PAGE_ROWS, LIST_SELECT, RELATED_SELECT};
use crate::config::PUBLIC_URL;
use crate::{Database, Outcome};

/// Everything the floor can be asked.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The invoices with this key, at most two.
    Key(i64),
    /// The invoice with this key.
    Entity(i64),
    /// A customer's last 25 invoices, perhaps with their number.
    List { customer: i64, count: bool },
    /// Six of a customer's invoices.
    Related(i64),
    /// The invoices with these keys.
    Or(Vec<i64>),
    /// So many invoices behind a key.
    Page { after: i64, rows: i64 },
    /// Customers by a part of their name.
    Contains(String),
    /// 2,000 invoices behind so many.
    Skip(i64),
    /// A page of an export and the link to the next.
    Export { after: i64 },
}

enum Store {
    Postgres(postgres::Pool),
    Sqlite(sqlite::Threads),
}

/// Serves on a port of its own, which it prints, until the process is killed.
pub async fn serve(database: Database, url: &str) -> Outcome<()> {
    let store = match database {
        Database::Postgres => Store::Postgres(postgres::Pool::connect(url).await?),
        Database::Sqlite => Store::Sqlite(sqlite::Threads::start(url)?),
    };
    let app = axum::Router::new().fallback(answer).with_state(Arc::new(store));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    crate::servers::announce(listener.local_addr()?.port());
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, app).await?;
    Ok(())
}

async fn answer(State(store): State<Arc<Store>>, uri: Uri) -> Response {
    let Some(ask) = parse(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let body = match &*store {
        Store::Postgres(pool) => pool.answer(&ask).await,
        Store::Sqlite(threads) => threads.answer(ask).await,
    };
    match body {
        Ok(body) => {
            let content = "application/json;odata.metadata=minimal;charset=utf-8";
            ([(header::CONTENT_TYPE, content)], body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn parse(path: &str) -> Option<Ask> {
    let (what, argument) = path.strip_prefix('/')?.split_once('/')?;
    let number = || argument.parse::<i64>().ok();
    Some(match what {
        "key" => Ask::Key(number()?),
        "entity" => Ask::Entity(number()?),
        "list" => Ask::List { customer: number()?, count: false },
        "listcount" => Ask::List { customer: number()?, count: true },
        "related" => Ask::Related(number()?),
        "or" => Ask::Or(argument.split(',').map(|key| key.parse().ok()).collect::<Option<_>>()?),
        "page200" => Ask::Page { after: number()?, rows: 200 },
        "page2000" => Ask::Page { after: number()?, rows: 2000 },
        "contains" => Ask::Contains(argument.to_owned()),
        "skip" => Ask::Skip(number()?),
        "export" => Ask::Export { after: number()? },
        _ => return None,
    })
}

/// Ends a page's body: with a link to the next one, if there is one.
pub fn end_page(out: &mut Vec<u8>, next: Option<i64>) {
    out.push(b']');
    if let Some(after) = next {
        let link = format!(",\"@odata.nextLink\":\"http://127.0.0.1:8080/export/{after}\"");
        out.extend_from_slice(link.as_bytes());
    }
    out.push(b'}');
}

/// Begins a collection's body.
pub fn begin(out: &mut Vec<u8>, context: &str, count: Option<i64>) {
    out.extend_from_slice(b"{\"@odata.context\":\"");
    out.extend_from_slice(PUBLIC_URL.as_bytes());
    out.extend_from_slice(b"$metadata#");
    out.extend_from_slice(context.as_bytes());
    out.extend_from_slice(b"\",");
    if let Some(count) = count {
        out.extend_from_slice(b"\"@odata.count\":");
        json::integer(out, count);
        out.push(b',');
    }
    out.extend_from_slice(b"\"value\":[");
}

/// The context of a list view.
pub fn list_context() -> String {
    format!("Invoices({LIST_SELECT})")
}

/// The context of a related list.
pub fn related_context() -> String {
    format!("Invoices({RELATED_SELECT})")
}

/// Rows that an export's page asks for: one more than it gives.
pub const EXPORT_FETCH: i64 = EXPORT_PAGE_ROWS + 1;
