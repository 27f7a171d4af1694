//! One event as one line: a JSON object, or text with `name=value` pairs. Fields without a value are left out.

use std::borrow::Cow;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

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
    let (level, name) = (event.level().name(), event.name());
    match format {
        Format::Json => {
            // Writing to memory cannot fail.
            let _ = write!(out, "{{\"time\":\"{time:.6}\",\"level\":\"{level}\",\"event\":\"{name}\"");
            for (key, value) in fields(event) {
                let _ = write!(out, ",\"{key}\":");
                value.push_json(out);
            }
            out.push(b'}');
        }
        Format::Text => {
            let _ = write!(out, "{time:.3} {:<5} {name}", level.to_uppercase());
            for (key, value) in fields(event) {
                let _ = write!(out, " {key}=");
                value.push_plain(out);
            }
        }
    }
    out.push(b'\n');
}

/// A field's value; requests are told too often for a value tree.
enum Field<'e> {
    Text(Cow<'e, str>),
    Number(u64),
    Milliseconds(Duration),
    Flag(bool),
    Texts(&'e [String]),
}

impl Field<'_> {
    fn push_json(&self, out: &mut Vec<u8>) {
        let written = match self {
            Field::Text(text) => serde_json::to_writer(&mut *out, text),
            Field::Number(number) => serde_json::to_writer(&mut *out, number),
            // Three decimals.
            Field::Milliseconds(time) => serde_json::to_writer(&mut *out, &(time.as_micros() as f64 / 1000.0)),
            Field::Flag(flag) => serde_json::to_writer(&mut *out, flag),
            Field::Texts(texts) => serde_json::to_writer(&mut *out, texts),
        };
        debug_assert!(written.is_ok(), "memory takes everything");
    }

    /// Without quotes where none are needed.
    fn push_plain(&self, out: &mut Vec<u8>) {
        match self {
            Field::Text(text) if !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"') => {
                out.extend_from_slice(text.as_bytes());
            }
            other => other.push_json(out),
        }
    }
}

/// Names and values in the order in which they are written.
type Fields<'e> = Vec<(&'static str, Field<'e>)>;

fn text(value: &str) -> Field<'_> {
    Field::Text(Cow::Borrowed(value))
}

/// What has no value is left out.
fn known<'e>(name: &'static str, value: Option<&'e str>) -> Option<(&'static str, Field<'e>)> {
    value.map(|value| (name, text(value)))
}

fn fields(event: &Event) -> Fields<'_> {
    match event {
        Event::Started { listen, roots } => {
            vec![("listen", Field::Text(listen.to_string().into())), ("roots", Field::Texts(roots))]
        }
        Event::Draining { drain_max, connections } => {
            vec![("drain_max_ms", Field::Milliseconds(*drain_max)), ("connections", Field::Number(*connections as u64))]
        }
        Event::Stopped { clean } => vec![("clean", Field::Flag(*clean))],
        Event::AcceptFailed { error } => vec![("error", text(error))],
        Event::Finished(request) => finished(request),
        Event::SourceFailed(failed) => {
            let mut fields = vec![("request_id", text(&failed.request_id)), ("source", text(&failed.source))];
            fields.push(("error", text(failed.error)));
            fields.extend(known("database_code", failed.database_code.as_deref()));
            fields.push(("message", text(&failed.message)));
            fields
        }
        Event::BadValues(bad) => {
            let mut fields = vec![("service", text(&bad.service)), ("entity_set", text(&bad.entity_set))];
            fields.extend([("property", text(&bad.property)), ("reason", text(bad.reason))]);
            fields.extend(known("key", bad.key.as_deref()));
            fields.push(("count", Field::Number(bad.count)));
            fields
        }
        Event::Panicked { request_id, message } => vec![("request_id", text(request_id)), ("message", text(message))],
        Event::Dropped { count } => vec![("count", Field::Number(*count))],
        Event::Library(_) => Fields::new(),
    }
}

fn finished(request: &Finished) -> Fields<'_> {
    let mut fields = Vec::with_capacity(24);
    fields.extend([("request_id", text(&request.request_id)), ("method", text(&request.method))]);
    fields.extend(known("route", Some(request.route).filter(|route| !route.is_empty())));
    fields.extend(known("service", request.service.as_deref()));
    fields.extend(known("principal", request.principal.as_deref()));
    fields.extend(request.client.map(|address| ("client", Field::Text(address.to_string().into()))));
    fields.push(("status", Field::Number(request.status.into())));
    fields.extend(known("error", request.error));
    fields.extend(known("entity_set", request.entity_set.as_deref()));
    fields.extend(known("source", request.source.as_deref()));
    fields.extend(request.shape.map(|shape| ("shape", Field::Text(format!("{shape:016x}").into()))));
    fields.extend(known("lane", request.lane));
    fields.extend(known("count", request.count));
    fields.extend(known("cut", request.cut.as_deref()));
    if request.entity_set.is_some() {
        fields.extend([
            ("rows", Field::Number(request.rows)),
            ("bytes", Field::Number(request.bytes)),
            ("queue_ms", Field::Milliseconds(request.queue)),
            ("database_ms", Field::Milliseconds(request.database)),
            ("encode_ms", Field::Milliseconds(request.encode)),
        ]);
        if request.bad_values > 0 {
            fields.push(("bad_values", Field::Number(request.bad_values)));
        }
    }
    fields.push(("bytes_sent", Field::Number(request.bytes_sent)));
    fields.push(("head_ms", Field::Milliseconds(request.head)));
    fields.push(("total_ms", Field::Milliseconds(request.total)));
    fields
}
