//! The one preference that is followed: `odata.maxpagesize`, with or without its prefix. All others are ignored.

use http::HeaderMap;

use super::media::split;

/// A page size asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferred {
    /// Rows.
    pub rows: u64,
    prefixed: bool,
}

impl Preferred {
    /// The page size that the request prefers, if it names a usable one; the first counts.
    pub fn of(headers: &HeaderMap) -> Option<Preferred> {
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| split(value, ',')).find_map(one)
    }

    /// What `Preference-Applied` says.
    pub fn applied(self) -> String {
        let prefix = if self.prefixed { "odata." } else { "" };
        format!("{prefix}maxpagesize={}", self.rows)
    }
}

fn one(preference: &str) -> Option<Preferred> {
    let (name, value) = split(preference, ';').next()?.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let prefixed = name == "odata.maxpagesize";
    let rows = value.trim().trim_matches('"').parse().ok().filter(|rows| *rows > 0)?;
    (prefixed || name == "maxpagesize").then_some(Preferred { rows, prefixed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("prefer", value.parse().unwrap());
        Preferred::of(&headers).map(|preferred| preferred.applied())
    }

    #[test]
    fn the_page_size_is_found_among_other_preferences() {
        assert_eq!(of("odata.track-changes, odata.maxpagesize=50").as_deref(), Some("odata.maxpagesize=50"));
        assert_eq!(of("return=minimal;x=1,MaxPageSize = \"7\"").as_deref(), Some("maxpagesize=7"));
        for ignored in
            ["", "maxpagesize", "maxpagesize=0", "maxpagesize=-1", "odata.maxpagesize=many", "x=\",maxpagesize=5\""]
        {
            assert_eq!(of(ignored), None, "{ignored}");
        }
    }
}
