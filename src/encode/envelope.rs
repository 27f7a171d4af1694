//! What stands around rows: context URLs, count, next link, and the small documents that hold no rows.
//!
//! Writes bytes only; which metadata level and which links an answer has is decided before.

use super::scalar::push_json_string;

/// How much control information an answer has (`odata.metadata`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Metadata {
    /// Next link and count only.
    None,
    /// What a client that knows the model cannot compute.
    #[default]
    Minimal,
    /// Types and ids as well.
    Full,
}

impl Metadata {
    /// Its name in a media type.
    pub fn name(self) -> &'static str {
        match self {
            Metadata::None => "none",
            Metadata::Minimal => "minimal",
            Metadata::Full => "full",
        }
    }
}

/// What an answer holds, as its context URL says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context<'a> {
    /// The service document.
    Service,
    /// Entities of a set, with the selected properties if not all are.
    Set {
        /// Entity set.
        set: &'a str,
        /// Selected properties.
        select: Option<&'a [&'a str]>,
    },
    /// One entity of a set.
    Entity {
        /// Entity set.
        set: &'a str,
        /// Selected properties.
        select: Option<&'a [&'a str]>,
    },
    /// One property of one entity.
    Property {
        /// Entity set.
        set: &'a str,
        /// The key in its parentheses, not percent-encoded.
        key: &'a str,
        /// Property.
        property: &'a str,
    },
}

impl Context<'_> {
    /// The context URL under a service root, which ends in a slash.
    pub fn url(&self, root: &str) -> String {
        let mut url = format!("{root}$metadata");
        match self {
            Context::Service => {}
            Context::Set { set, select } => push_set(&mut url, set, *select),
            Context::Entity { set, select } => {
                push_set(&mut url, set, *select);
                url.push_str("/$entity");
            }
            Context::Property { set, key, property } => {
                url.push('#');
                url.push_str(set);
                url.push_str(key);
                url.push('/');
                url.push_str(property);
            }
        }
        url
    }
}

fn push_set(url: &mut String, set: &str, select: Option<&[&str]>) {
    url.push('#');
    url.push_str(set);
    if let Some(select) = select {
        url.push('(');
        url.push_str(&select.join(","));
        url.push(')');
    }
}

/// What stands before the first row of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionHead<'a> {
    /// Metadata level.
    pub metadata: Metadata,
    /// Context URL.
    pub context_url: &'a str,
    /// The total, if asked for.
    pub count: Option<u64>,
    /// Whether the total is a string, being an Int64 (IEEE754Compatible).
    pub quoted_numbers: bool,
}

impl CollectionHead<'_> {
    /// Appends the head, up to and with the opening bracket of the rows.
    pub fn push(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        push_context(out, self.metadata, self.context_url);
        if let Some(count) = self.count {
            let mark: &[u8] = if self.quoted_numbers { b"\"" } else { b"" };
            out.extend_from_slice(b"\"@odata.count\":");
            out.extend_from_slice(mark);
            out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
            out.extend_from_slice(mark);
            out.push(b',');
        }
        out.extend_from_slice(b"\"value\":[");
    }
}

/// Appends what stands behind the last row of a collection.
pub fn push_collection_tail(out: &mut Vec<u8>, next_link: Option<&str>) {
    out.push(b']');
    if let Some(next_link) = next_link {
        out.extend_from_slice(b",\"@odata.nextLink\":");
        push_json_string(out, next_link);
    }
    out.push(b'}');
}

/// Appends a single entity: the one object that a row encoder wrote, with the context as its first member.
pub fn push_entity(out: &mut Vec<u8>, metadata: Metadata, context_url: &str, object: &[u8]) {
    out.push(b'{');
    push_context(out, metadata, context_url);
    let members = object.strip_prefix(b"{").unwrap_or(object);
    if members == b"}" && out.last() == Some(&b',') {
        out.pop();
    }
    out.extend_from_slice(members);
}

/// Appends a property's answer around its value, which is JSON already.
pub fn push_property(out: &mut Vec<u8>, metadata: Metadata, context_url: &str, value: &[u8]) {
    out.push(b'{');
    push_context(out, metadata, context_url);
    out.extend_from_slice(b"\"value\":");
    out.extend_from_slice(value);
    out.push(b'}');
}

/// The answer of `/$count`: plain text.
pub fn count_text(count: u64) -> Vec<u8> {
    itoa::Buffer::new().format(count).as_bytes().to_vec()
}

/// The service document: the entity sets, in order.
pub fn service_document<'a>(metadata: Metadata, root: &str, sets: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut out = b"{".to_vec();
    push_context(&mut out, metadata, &Context::Service.url(root));
    out.extend_from_slice(b"\"value\":[");
    for (place, set) in sets.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"name\":");
        push_json_string(&mut out, set);
        out.extend_from_slice(b",\"kind\":\"EntitySet\",\"url\":");
        push_json_string(&mut out, set);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}

fn push_context(out: &mut Vec<u8>, metadata: Metadata, context_url: &str) {
    if metadata != Metadata::None {
        out.extend_from_slice(b"\"@odata.context\":");
        push_json_string(out, context_url);
        out.push(b',');
    }
}

#[cfg(test)]
mod tests;
