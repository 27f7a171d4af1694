//! Answers are compared before anything is measured: byte by byte, and told row by row where they differ.

use serde_json::Value;

use crate::Outcome;
use crate::cases::Case;
use crate::client::Client;

/// Asks both servers every request of a case; the first difference is an error.
pub async fn compare(case: &Case, floor_port: u16, tidegate_port: u16) -> Outcome<usize> {
    let (mut floor, mut tidegate) = (Client::connect(floor_port).await?, Client::connect(tidegate_port).await?);
    let mut rows = 0;
    for (floor_path, tidegate_path) in case.floor.iter().zip(case.tidegate.iter()) {
        let expected = floor.get_pages(floor_path, case.pages).await?;
        let given = tidegate.get_pages(tidegate_path, case.pages).await?;
        if expected != given {
            let difference = difference(&expected, &given);
            return Err(format!("{}: {tidegate_path}: {difference}", case.name).into());
        }
        rows += given.windows(6).filter(|window| window == b"{\"Id\":").count() + usize::from(is_entity(&given));
    }
    match rows {
        0 => Err(format!("{}: no request gave a row, so nothing was compared", case.name).into()),
        rows => Ok(rows),
    }
}

fn is_entity(body: &[u8]) -> bool {
    !body.windows(9).any(|window| window == b"\"value\":[")
}

/// Where two bodies differ.
fn difference(expected: &[u8], given: &[u8]) -> String {
    let rows = |body: &[u8]| match serde_json::from_slice::<Value>(body).ok()?.get("value")? {
        Value::Array(rows) => Some(rows.clone()),
        _ => None,
    };
    if let (Some(expected), Some(given)) = (rows(expected), rows(given)) {
        if expected.len() != given.len() {
            return format!("the floor has {} rows, the gateway {}", expected.len(), given.len());
        }
        if let Some(at) = expected.iter().zip(&given).position(|(expected, given)| expected != given) {
            return format!("row {}: the floor has {}, the gateway {}", at + 1, expected[at], given[at]);
        }
    }
    let at = expected.iter().zip(given).take_while(|(expected, given)| expected == given).count();
    let around =
        |body: &[u8]| String::from_utf8_lossy(&body[at.saturating_sub(60)..body.len().min(at + 60)]).into_owned();
    format!("byte {at}: the floor has\n  {}\nthe gateway\n  {}", around(expected), around(given))
}
