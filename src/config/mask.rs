//! Overwrites secrets in the copy of the server file that diagnostics show.
//!
//! Works on the text, so that it holds for files that are not TOML too, and shows only what is known to be public: the
//! value of an unknown (perhaps misspelt) key is masked like a password.

/// Keys whose texts may be shown. `url` is shown without what may be a password.
pub const PUBLIC_KEYS: &[&str] = &[
    "listen",
    "trusted_proxies",
    "drain_max",
    "format",
    "filter",
    "url_bytes_max",
    "read_ahead_bytes_max",
    "read_ahead_total_bytes_max",
    "client_bytes_per_second_min",
    "stall_max",
    "dialect",
    "time_zone",
    "queue_wait_max",
    "statement_timeout",
    "connect_timeout",
    "life_max",
    "idle_max",
    "root",
    "public_url",
    "profile",
    "paging",
    "model",
    "sources",
    "page_bytes",
    "client_bytes",
    "deadline",
    "count_budget",
    "token_life",
    "id",
    "name",
];

/// The text with every secret character, and every comment, overwritten; as many bytes, the same lines.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut key = String::new();
    let mut rest = text;
    // Between `=` and the end of the value, strings are values; before it, quoted keys.
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' | '\'' => string(rest, first, &mut key, &mut out),
            '#' => comment(rest, &mut out),
            c if is_bare(c) => bare(rest, &mut key, &mut out),
            c => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A bare word: a key when `=` or `.` follows, else a number or a boolean.
fn bare(rest: &str, key: &mut String, out: &mut String) -> usize {
    let end = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
    if rest[end..].trim_start_matches([' ', '\t']).starts_with('=') {
        rest[..end].clone_into(key);
    }
    out.push_str(&rest[..end]);
    end
}

fn comment(rest: &str, out: &mut String) -> usize {
    let end = rest.find('\n').unwrap_or(rest.len());
    out.push('#');
    out.extend(std::iter::repeat_n(' ', end - 1));
    end
}

/// A string: a quoted key when `=` follows, else the value of the last key. One that is not closed ends with its line.
fn string(rest: &str, quote: char, key: &mut String, out: &mut String) -> usize {
    let triple = if quote == '"' { "\"\"\"" } else { "'''" };
    let mark = if rest.starts_with(triple) { triple } else { &triple[..1] };
    let body = &rest[mark.len()..];
    let (length, closed) = body_length(body, mark);
    let end = mark.len() + length + if closed { mark.len() } else { 0 };
    let is_key = mark.len() == 1 && rest[end..].trim_start_matches([' ', '\t']).starts_with('=');
    let content = &body[..length];
    out.push_str(mark);
    if is_key {
        content.clone_into(key);
        out.push_str(content);
    } else if PUBLIC_KEYS.contains(&key.as_str()) {
        out.push_str(content);
    } else if key == "url" {
        url(content, out);
    } else {
        hide(content, out);
    }
    out.push_str(&rest[mark.len() + length..end]);
    end
}

fn body_length(body: &str, mark: &str) -> (usize, bool) {
    let escapes = mark.starts_with('"');
    let mut skip = false;
    for (at, c) in body.char_indices() {
        if skip {
            skip = false;
        } else if c == '\\' && escapes {
            skip = true;
        } else if body[at..].starts_with(mark) {
            return (at, true);
        } else if c == '\n' && mark.len() == 1 {
            return (at, false);
        }
    }
    (body.len(), false)
}

/// A URL without user, password and parameters.
fn url(content: &str, out: &mut String) {
    let secret_from = content.find("://").map_or(0, |at| at + 3);
    let secret_to = content.rfind('@').unwrap_or(secret_from).max(secret_from);
    let query = content[secret_to..].find('?').map_or(content.len(), |at| secret_to + at + 1);
    out.push_str(&content[..secret_from]);
    hide(&content[secret_from..secret_to], out);
    out.push_str(&content[secret_to..query]);
    hide(&content[query..], out);
}

/// Overwrites all but whole references, which are no secrets themselves.
fn hide(content: &str, out: &mut String) {
    let mut rest = content;
    while let Some(first) = rest.chars().next() {
        let reference = (rest.starts_with("${env:") || rest.starts_with("${file:"))
            .then(|| rest.find('}'))
            .flatten()
            .filter(|end| !rest[..*end].contains(['\n', '"', '\'']));
        if let Some(end) = reference {
            out.push_str(&rest[..=end]);
            rest = &rest[end + 1..];
            continue;
        }
        match first {
            '\n' | '\r' => out.push(first),
            _ => out.extend(std::iter::repeat_n('*', first.len_utf8())),
        }
        rest = &rest[first.len_utf8()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_is_shown() {
        let text = "[sources.a]\nurl = \"postgres://user:hünter2@db/x?password=z\" # was hunter1\n\
                    pasword = 'hunter3'\n\"listen\" = \"1.2.3.4:5\"\nkey = \"${env:KEY}abc\"\nurl = \"open hunter4\n";
        let shown = masked(text);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("nter"), "{shown}");
        assert!(shown.contains("postgres://"), "{shown}");
        assert!(shown.contains("@db/x?**********\""), "{shown}");
        assert!(shown.contains("listen\" = \"1.2.3.4:5\""), "{shown}");
        assert!(shown.contains("\"${env:KEY}***\""), "{shown}");
    }
}
