//! The model as CSDL.

use super::Model;

/// The metadata document.
pub fn metadata_xml(model: &Model) -> Vec<u8> {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- {} -->", model.namespace).into_bytes()
}
