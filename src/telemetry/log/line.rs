//! One event as one line: a JSON object, or text with `name=value` pairs. Fields without a value are left out.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

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
    match format {
        Format::Json => {
            let mut object = Map::new();
            object.insert("time".into(), json!(format!("{time:.6}")));
            object.insert("level".into(), json!(level));
            object.insert("event".into(), json!(name));
            object.extend(fields);
            // A map of plain values always has a text.
            let _ = serde_json::to_writer(&mut *out, &object);
        }
        Format::Text => {
            let mut line = format!("{time:.3} {:<5} {name}", level.to_uppercase());
            for (key, value) in fields {
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

fn fields(event: &Event) -> Map<String, Value> {
    let object = match event {
        Event::Started { listen, roots } => json!({ "listen": listen.to_string(), "roots": roots }),
        Event::Draining { drain_max, connections } => {
            json!({ "drain_max_ms": milliseconds(*drain_max), "connections": connections })
        }
        Event::Stopped { clean } => json!({ "clean": clean }),
        Event::AcceptFailed { error } => json!({ "error": error }),
        Event::Finished(request) => finished(request),
        Event::SourceFailed(failed) => json!({
            "request_id": failed.request_id,
            "source": failed.source,
            "error": failed.error,
            "database_code": failed.database_code,
            "message": failed.message,
        }),
        Event::BadValues(bad) => json!({
            "service": bad.service,
            "entity_set": bad.entity_set,
            "property": bad.property,
            "reason": bad.reason,
            "key": bad.key,
            "count": bad.count,
        }),
        Event::Panicked { request_id, message } => json!({ "request_id": request_id, "message": message }),
        Event::Dropped { count } => json!({ "count": count }),
        Event::Library(_) => Value::Null,
    };
    let Value::Object(mut fields) = object else { return Map::new() };
    fields.retain(|_, value| !value.is_null());
    fields
}

fn finished(request: &Finished) -> Value {
    let mut fields = json!({
        "request_id": request.request_id,
        "method": request.method,
        "route": request.route,
        "service": request.service,
        "principal": request.principal,
        "client": request.client.map(|address| address.to_string()),
        "status": request.status,
        "error": request.error,
        "entity_set": request.entity_set,
        "source": request.source,
        "shape": request.shape.map(|shape| format!("{shape:016x}")),
        "lane": request.lane,
        "count": request.count,
        "cut": request.cut,
        "head_ms": milliseconds(request.head),
        "total_ms": milliseconds(request.total),
        "bytes_sent": request.bytes_sent,
    });
    if let (Some(_), Some(map)) = (&request.entity_set, fields.as_object_mut()) {
        map.insert("rows".into(), json!(request.rows));
        map.insert("bytes".into(), json!(request.bytes));
        map.insert("queue_ms".into(), json!(milliseconds(request.queue)));
        map.insert("database_ms".into(), json!(milliseconds(request.database)));
        map.insert("encode_ms".into(), json!(milliseconds(request.encode)));
        if request.bad_values > 0 {
            map.insert("bad_values".into(), json!(request.bad_values));
        }
    }
    fields
}

/// Milliseconds with three decimals.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}
