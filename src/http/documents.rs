//! The service document and `$metadata`: rendered once when the service starts, with an entity tag.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::negotiate::{Chosen, takes_gzip};
use super::{compress, respond};
use crate::config::Service;
use crate::encode::{Metadata, envelope};
use crate::engine::Content;
use crate::model::metadata::metadata_xml;

/// The documents of one service.
pub struct Documents {
    metadata: Document,
    service: [(Metadata, Document); 3],
}

/// A rendered document.
struct Document {
    plain: Bytes,
    gzip: Bytes,
    tag: String,
}

impl Documents {
    /// Renders the documents.
    pub fn new(service: &Service) -> Documents {
        let names = || service.model.sets.iter().map(|set| set.name.as_str());
        let listed = [Metadata::None, Metadata::Minimal, Metadata::Full]
            .map(|level| (level, Document::new(envelope::service_document(level, &service.public_url, names()))));
        Documents { metadata: Document::new(metadata_xml(&service.model)), service: listed }
    }

    /// The answer to `GET $metadata`.
    pub fn metadata(&self, chosen: &Chosen, headers: &HeaderMap) -> Response {
        self.metadata.answer(&chosen.content_type(Content::Xml), headers)
    }

    /// The answer to `GET` of the root.
    pub fn service(&self, chosen: &Chosen, headers: &HeaderMap) -> Response {
        let [first, rest @ ..] = &self.service;
        let (level, document) = rest.iter().find(|(level, _)| *level == chosen.metadata).unwrap_or(first);
        document.answer(&chosen.content_type(Content::Json { metadata: *level, ieee754: chosen.ieee754 }), headers)
    }
}

impl Document {
    fn new(text: Vec<u8>) -> Document {
        let hash = digest(&SHA256, &text);
        let hex: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // Weak: the same document, whatever its coding.
        Document { gzip: compress::whole(&text), plain: text.into(), tag: format!("W/\"{hex}\"") }
    }

    fn answer(&self, content_type: &str, asked: &HeaderMap) -> Response {
        let mut headers = HeaderMap::new();
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(ETAG, tag);
        }
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if self.is_known_to(asked) {
            return respond::response(StatusCode::NOT_MODIFIED, headers, Body::empty());
        }
        if let Ok(content_type) = HeaderValue::from_str(content_type) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        let bytes = if takes_gzip(asked) && self.gzip.len() < self.plain.len() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            self.gzip.clone()
        } else {
            self.plain.clone()
        };
        headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        respond::response(StatusCode::OK, headers, Body::from(bytes))
    }

    /// Whether `If-None-Match` names the tag, compared weakly.
    fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let own = self.tag.trim_start_matches("W/");
        values
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own)
    }
}
