//! Reads media types and lists in headers: quoted texts stay whole, names fold their case.

/// One media type or range with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// Type and subtype in lower case, such as `application/json` or `*/*`.
    pub name: String,
    /// Parameters before `q`, names in lower case.
    pub parameters: Vec<(String, String)>,
    /// Weight, in thousandths.
    pub weight: u16,
}

impl Media {
    /// Reads one; `None` if it is none.
    pub fn read(text: &str) -> Option<Media> {
        let mut parts = split(text, ';');
        let name = parts.next()?.trim().to_ascii_lowercase();
        // Some old clients write a lone star.
        let name = if name == "*" { "*/*".to_owned() } else { name };
        let (kind, sub) = name.split_once('/')?;
        if kind.is_empty() || sub.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        let mut media = Media { name, parameters: Vec::new(), weight: 1000 };
        for part in parts.filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned());
            if key == "q" {
                media.weight = weight(&value)?;
                break;
            }
            media.parameters.push((key, value));
        }
        Some(media)
    }
}

/// A weight of 0 to 1, in thousandths.
pub fn weight(text: &str) -> Option<u16> {
    let weight: f32 = text.trim().parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| (weight * 1000.0).round() as u16)
}

/// The pieces between separators that stand outside of quoted texts.
pub fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                c if c == separator && !quoted => {
                    rest = Some(&text[at + c.len_utf8()..]);
                    return Some(&text[..at]);
                }
                _ => {}
            }
        }
        rest = None;
        Some(text)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn separators_in_quotes_separate_nothing() {
        assert_eq!(split(r#"a;b="x;\";y";c"#, ';').collect::<Vec<_>>(), ["a", r#"b="x;\";y""#, "c"]);
        assert_eq!(split("", ',').collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn media_types_have_parameters_and_a_weight() {
        let media = Media::read("Application/JSON ; ODATA.metadata=\"full\" ;q=.25; ext=1").unwrap();
        assert_eq!(media.name, "application/json");
        assert_eq!(media.parameters, [("odata.metadata".to_owned(), "full".to_owned())]);
        assert_eq!(media.weight, 250);
        assert_eq!(Media::read("*").unwrap().name, "*/*");
        assert!(Media::read("json").is_none() && Media::read("a/b;q=2").is_none());
    }
}
