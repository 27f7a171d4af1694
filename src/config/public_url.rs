//! Reads a service's root path, and the URL under which clients know it.

use std::net::SocketAddr;

use super::fields::{Field, Fields};
use super::finding::Code;

/// The root path, if it is one: `/segment/.../`.
pub fn root(field: &Field<'_>) -> Option<String> {
    let text = field.text()?.value;
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let plain = |segment: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        !segment.is_empty() && !segment.chars().all(|c| c == '.') && segment.chars().all(known)
    };
    let right = inner.is_some_and(|inner| inner.split('/').all(plain) && inner != "healthz");
    if !right {
        let help = "write segments of letters, digits, `-`, `.`, `_` and `~`, with a slash at both ends, as in \
                    \"/odata/v4/\"";
        field.refuse(Code::BadValue, "no root path", help);
    }
    right.then_some(text)
}

/// The public URL of a service, ending in a slash; only a loopback address can do without one in the file.
pub fn read(fields: &mut Fields<'_>, listen: Option<SocketAddr>, root: &str) -> String {
    let own = listen.map(|address| format!("http://{address}{root}"));
    let Some(field) = fields.take("public_url") else {
        if listen.is_some_and(|address| !address.ip().is_loopback()) {
            let message = "a service needs `public_url` unless the server listens on loopback only";
            let finding = fields.cx().error(Code::NotLoopback, fields.span.clone(), message);
            let help = format!("write what clients call, as in public_url = \"https://gateway.example.com{root}\"");
            fields.cx().report.add(finding.label("every link is built from it").help(help));
        }
        return own.unwrap_or_default();
    };
    let Some(text) = field.text() else { return own.unwrap_or_default() };
    match parse(&text.value, root) {
        Ok(url) => url,
        Err(reason) => {
            let help = format!("write what clients call, as in \"https://gateway.example.com{root}\"");
            field.refuse(Code::BadValue, reason, help);
            own.unwrap_or_default()
        }
    }
}

fn parse(text: &str, root: &str) -> Result<String, &'static str> {
    let mut parsed = url::Url::parse(text).map_err(|_| "no absolute URL")?;
    if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
        return Err("neither http:// nor https://");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("a public URL holds no user");
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("a public URL ends with its path");
    }
    if parsed.path() == "/" {
        parsed.set_path(root);
    } else if !parsed.path().ends_with('/') {
        parsed.set_path(&format!("{}/", parsed.path()));
    }
    if parsed.path().ends_with(root) { Ok(parsed.into()) } else { Err("its path does not end with the service's root") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_ends_in_the_root() {
        let root = "/odata/v4/";
        assert_eq!(parse("https://gw.example.com", root).as_deref(), Ok("https://gw.example.com/odata/v4/"));
        assert_eq!(
            parse("https://gw.example.com/a/odata/v4", root).as_deref(),
            Ok("https://gw.example.com/a/odata/v4/")
        );
        for wrong in ["gw.example.com", "ftp://h/", "https://u:p@h/", "https://h/odata/v4/?a=b", "https://h/other/"] {
            assert!(parse(wrong, root).is_err(), "{wrong}");
        }
    }
}
