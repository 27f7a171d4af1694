//! Versions and formats: what the client can take, and whether the answer can be that.
//!
//! `$format` beats `Accept`. A parameter that is not known rules a media type out, as the protocol asks. A client that
//! accepts JSON everywhere gets the metadata document, counts and plain values in the only format they have.

use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING};

use super::media::{Media, split, weight};
use crate::encode::Metadata;
use crate::engine::Content;
use crate::error::{Code, Fault};

/// Formats in which a resource exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows, entities, properties, the service document.
    Json,
    /// The metadata document.
    Xml,
    /// A count.
    Text,
    /// The value of a property: text or bytes, as its type is.
    Raw,
}

/// The format agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Chosen {
    /// How much control information.
    pub metadata: Metadata,
    /// Int64 and Decimal as strings.
    pub ieee754: bool,
    charset: bool,
}

impl Chosen {
    /// The `Content-Type` of an answer. A charset is named only to who named one.
    pub fn content_type(&self, content: Content) -> String {
        let mut text = match content {
            Content::Json { metadata, ieee754 } => {
                let ieee754 = if ieee754 { ";IEEE754Compatible=true" } else { "" };
                format!("application/json;odata.metadata={}{ieee754}", metadata.name())
            }
            Content::Xml => "application/xml".to_owned(),
            Content::Text => "text/plain".to_owned(),
            Content::Bytes | Content::Nothing => return "application/octet-stream".to_owned(),
        };
        if self.charset {
            text.push_str(";charset=utf-8");
        }
        text
    }
}

/// Checks the versions that a request names. This service speaks 4.0.
pub fn versions(headers: &HeaderMap) -> Result<(), Fault> {
    if let Some(text) = text(headers, "odata-version")
        && !matches!(version(text), Some((4, 0 | 1)))
    {
        return Err(Fault::new(Code::VersionUnknown, "this OData-Version is not known; use 4.0").about("OData-Version"));
    }
    let Some(text) = text(headers, "odata-maxversion") else { return Ok(()) };
    match version(text) {
        Some(max) if max >= (4, 0) => Ok(()),
        Some(_) => {
            let message = "the service answers in OData 4.0, and OData-MaxVersion is lower";
            Err(Fault::new(Code::VersionTooLow, message).about("OData-MaxVersion"))
        }
        None => Err(Fault::new(Code::VersionUnknown, "OData-MaxVersion is not a version").about("OData-MaxVersion")),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().trim())
}

/// Major and minor; `4.01` is minor 1. What stands behind a semicolon is the client's name, as older clients write it.
fn version(text: &str) -> Option<(u16, u16)> {
    let number = text.split(';').next()?.trim();
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Agrees on a format.
pub fn format(kind: Kind, option: Option<&str>, headers: &HeaderMap) -> Result<Chosen, Fault> {
    if let Some(option) = option {
        return from_option(kind, option.trim()).ok_or_else(|| {
            let message = format!("the answer does not exist in this $format; it can be {}", name(kind));
            Fault::new(Code::Format, message).about("$format")
        });
    }
    let values = headers.get_all(ACCEPT).iter().map(|value| value.to_str().unwrap_or_default());
    let ranges: Vec<&str> =
        values.flat_map(|value| split(value, ',')).filter(|range| !range.trim().is_empty()).collect();
    if ranges.is_empty() {
        return Ok(Chosen::default());
    }
    let ranges: Vec<Media> = ranges.into_iter().filter_map(Media::read).collect();
    let refused = |specificity| {
        let plain = |range: &Media| range.weight == 0 && range.parameters.is_empty();
        ranges.iter().any(|range| plain(range) && rank(kind, range).is_some_and(|rank| rank > specificity))
    };
    let mut best: Option<((u16, u8, usize), Chosen)> = None;
    for range in ranges.iter().filter(|range| range.weight > 0) {
        let Some((rank, chosen)) = rank(kind, range).zip(parameters(kind, range)) else { continue };
        let merit = (range.weight, rank, range.parameters.len());
        if !refused(rank) && best.is_none_or(|(known, _)| merit > known) {
            best = Some((merit, chosen));
        }
    }
    // Clients with one `Accept` for all their requests ask for JSON where there is none; a 406 would end their
    // validation, and what they get instead is what every other service sends.
    let json_everywhere = || {
        let json = |range: &Media| range.weight > 0 && range.name == "application/json";
        (kind != Kind::Json && ranges.iter().any(json)).then(Chosen::default)
    };
    let found = best.map(|(_, chosen)| chosen).or_else(json_everywhere);
    found.ok_or_else(|| {
        Fault::new(Code::NotAcceptable, format!("the answer can only be {}", name(kind))).about("Accept")
    })
}

fn from_option(kind: Kind, option: &str) -> Option<Chosen> {
    match (kind, option.to_ascii_lowercase().as_str()) {
        (Kind::Json, "json") | (Kind::Xml, "xml") => Some(Chosen::default()),
        _ => {
            let media = Media::read(option)?;
            rank(kind, &media)?;
            parameters(kind, &media)
        }
    }
}

/// How a client would ask for it.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Json => "application/json",
        Kind::Xml => "application/xml",
        Kind::Text => "text/plain",
        Kind::Raw => "text/plain or application/octet-stream",
    }
}

/// How specifically a range names the format; `None` if it does not contain it.
fn rank(kind: Kind, range: &Media) -> Option<u8> {
    match (kind, range.name.as_str()) {
        (_, "*/*") => Some(0),
        (Kind::Json | Kind::Xml | Kind::Raw, "application/*") | (Kind::Text | Kind::Raw, "text/*") => Some(1),
        (Kind::Json, "application/json") | (Kind::Xml, "application/xml") => Some(2),
        (Kind::Text | Kind::Raw, "text/plain") | (Kind::Raw, "application/octet-stream") => Some(2),
        _ => None,
    }
}

/// What the parameters of a range ask for; `None` if they ask for what there is not.
fn parameters(kind: Kind, range: &Media) -> Option<Chosen> {
    let mut chosen = Chosen::default();
    for (name, value) in &range.parameters {
        let value = value.to_ascii_lowercase();
        match (name.as_str(), value.as_str()) {
            ("charset", "utf-8" | "utf8") => chosen.charset = true,
            ("odata.metadata" | "metadata", level) if kind == Kind::Json => {
                chosen.metadata = match level {
                    "none" => Metadata::None,
                    "minimal" => Metadata::Minimal,
                    "full" => Metadata::Full,
                    _ => return None,
                }
            }
            ("ieee754compatible", "true") if kind == Kind::Json => chosen.ieee754 = true,
            ("ieee754compatible", "false") if kind == Kind::Json => {}
            ("odata.streaming" | "streaming" | "exponentialdecimals", "true" | "false") if kind == Kind::Json => {}
            _ => return None,
        }
    }
    Some(chosen)
}

/// Whether the client takes gzip.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, false);
    for coding in values.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let q = parts.find_map(|part| part.trim().strip_prefix(['q', 'Q'])?.trim().strip_prefix('='));
        let wanted = q.map_or(Some(1000), weight).is_some_and(|weight| weight > 0);
        match name.as_str() {
            "gzip" | "x-gzip" => named = Some(named.unwrap_or(false) || wanted),
            "*" => any = wanted,
            _ => {}
        }
    }
    named.unwrap_or(any)
}

#[cfg(test)]
mod tests;
