//! One event as one line: a JSON object, or text with `name=value` pairs. Fields without a value are left out.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::Format;
use crate::telemetry::event::{Event, Finished};

/// Appends the line of an event.
pub fn push(out: &mut Vec<u8>, format: Format, time: SystemTime, event: &Event) {
    if let Event::Library(line) = event {
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.push(b'\n');
        }
        return;
    }
    let time = jiff::Timestamp::try_from(time).unwrap_or_default();
    let (level, name, fields) = (event.level().name(), event.name(), fields(event));
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    match format {
        Format::Json => {
            let head = format!("{{\"time\":\"{time:.6}\",\"level\":\"{level}\",\"event\":\"{name}\"");
            out.extend_from_slice(head.as_bytes());
            for (key, value) in known {
                out.extend_from_slice(format!(",\"{key}\":{value}").as_bytes());
            }
            out.push(b'}');
        }
        Format::Text => {
            let mut line = format!("{time:.3} {:<5} {name}", level.to_uppercase());
            for (key, value) in known {
                let plain = value.as_str().filter(|text| !text.contains(|c: char| c.is_whitespace() || c == '"'));
                let _ = match plain {
                    Some(text) => write!(line, " {key}={text}"),
                    None => write!(line, " {key}={value}"),
                };
            }
            out.extend_from_slice(line.as_bytes());
        }
    }
    out.push(b'\n');
}

/// Names and values in the order in which they are written; null is left out.
type Fields = Vec<(&'static str, Value)>;

fn fields(event: &Event) -> Fields {
    match event {
        Event::Started { listen, roots } => vec![("listen", json!(listen.to_string())), ("roots", json!(roots))],
        Event::Draining { drain_max, connections } => {
            vec![("drain_max_ms", milliseconds(*drain_max)), ("connections", json!(connections))]
        }
        Event::Stopped { clean } => vec![("clean", json!(clean))],
        Event::AcceptFailed { error } => vec![("error", json!(error))],
        Event::Finished(request) => finished(request),
        Event::SourceFailed(failed) => vec![
            ("request_id", json!(failed.request_id)),
            ("source", json!(failed.source)),
            ("error", json!(failed.error)),
            ("database_code", json!(failed.database_code)),
            ("message", json!(failed.message)),
        ],
        Event::BadValues(bad) => vec![
            ("service", json!(bad.service)),
            ("entity_set", json!(bad.entity_set)),
            ("property", json!(bad.property)),
            ("reason", json!(bad.reason)),
            ("key", json!(bad.key)),
            ("count", json!(bad.count)),
        ],
        Event::Panicked { request_id, message } => {
            vec![("request_id", json!(request_id)), ("message", json!(message))]
        }
        Event::Dropped { count } => vec![("count", json!(count))],
        Event::Library(_) => Fields::new(),
    }
}

fn finished(request: &Finished) -> Fields {
    let mut fields = vec![
        ("request_id", json!(request.request_id)),
        ("method", json!(request.method)),
        ("route", if request.route.is_empty() { Value::Null } else { json!(request.route) }),
        ("service", json!(request.service)),
        ("principal", json!(request.principal)),
        ("client", json!(request.client.map(|address| address.to_string()))),
        ("status", json!(request.status)),
        ("error", json!(request.error)),
        ("entity_set", json!(request.entity_set)),
        ("source", json!(request.source)),
        ("shape", json!(request.shape.map(|shape| format!("{shape:016x}")))),
        ("lane", json!(request.lane)),
        ("count", json!(request.count)),
        ("cut", json!(request.cut)),
    ];
    if request.entity_set.is_some() {
        fields.extend([
            ("rows", json!(request.rows)),
            ("bytes", json!(request.bytes)),
            ("queue_ms", milliseconds(request.queue)),
            ("database_ms", milliseconds(request.database)),
            ("encode_ms", milliseconds(request.encode)),
        ]);
        if request.bad_values > 0 {
            fields.push(("bad_values", json!(request.bad_values)));
        }
    }
    fields.push(("bytes_sent", json!(request.bytes_sent)));
    fields.push(("head_ms", milliseconds(request.head)));
    fields.push(("total_ms", milliseconds(request.total)));
    fields
}

/// Milliseconds with three decimals.
fn milliseconds(time: Duration) -> Value {
    json!(time.as_micros() as f64 / 1000.0)
}
