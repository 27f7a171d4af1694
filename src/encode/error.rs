//! The body of an error answer in OData JSON.
//!
//! Writes what it is given; which code, sentence and target an error has is decided where answers are made.

use super::scalar::push_json_string;

/// An error as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorBody<'a> {
    /// Stable code; never empty.
    pub code: &'a str,
    /// A short sentence; never empty.
    pub message: &'a str,
    /// What the error is about, such as a property or an option.
    pub target: Option<&'a str>,
    /// Further errors of the same request.
    pub details: &'a [Detail<'a>],
}

/// One further error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail<'a> {
    /// Stable code.
    pub code: &'a str,
    /// A short sentence.
    pub message: &'a str,
    /// What it is about.
    pub target: Option<&'a str>,
}

impl ErrorBody<'_> {
    /// The body's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"error\":".to_vec();
        push_fields(&mut out, self.code, self.message, self.target);
        if !self.details.is_empty() {
            out.extend_from_slice(b",\"details\":[");
            for (place, detail) in self.details.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                push_fields(&mut out, detail.code, detail.message, detail.target);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.extend_from_slice(b"}}");
        out
    }
}

/// Appends the three fields behind an opening brace; the caller closes it.
fn push_fields(out: &mut Vec<u8>, code: &str, message: &str, target: Option<&str>) {
    out.extend_from_slice(b"{\"code\":");
    push_json_string(out, code);
    out.extend_from_slice(b",\"message\":");
    push_json_string(out, message);
    if let Some(target) = target {
        out.extend_from_slice(b",\"target\":");
        push_json_string(out, target);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_error_has_a_code_a_message_and_what_else_is_known() {
        let body = ErrorBody { code: "unknown-property", message: "No 'Cty'.", target: Some("Cty"), details: &[] };
        let text = r#"{"error":{"code":"unknown-property","message":"No 'Cty'.","target":"Cty"}}"#;
        assert_eq!(String::from_utf8(body.to_json()).unwrap(), text);
    }

    #[test]
    fn details_and_odd_characters_stay_valid_json() {
        let detail = Detail { code: "b", message: "say \"no\"\n", target: None };
        let body = ErrorBody { code: "a", message: "m", target: None, details: &[detail, detail] };
        let parsed: serde_json::Value = serde_json::from_slice(&body.to_json()).unwrap();
        assert_eq!(parsed["error"]["details"][1]["message"], "say \"no\"\n");
        assert!(parsed["error"].get("target").is_none());
    }
}
