//! `$top`, `$skip` and the profile's paging become one page: how many rows to fetch, and what ends it.

use super::Rules;
use crate::config::Paging;

/// Which part of the ordered rows one answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows to pass over.
    pub skip: u64,
    /// Rows wanted in all, over all pages; `None` for every row.
    pub top: Option<u64>,
    /// Rows of this answer at most.
    pub rows_max: u64,
    /// Bytes of JSON of this answer at most.
    pub bytes_max: usize,
    /// What happens at the end of the page.
    pub end: PageEnd,
}

/// What happens when a page is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEnd {
    /// A next link says that there is more.
    NextLink,
    /// The client asked for just so many rows and may ignore a link: too many bytes are an error.
    Whole,
}

/// The page that a request gets.
pub(super) fn page(rules: &Rules, top: Option<u64>, skip: Option<u64>) -> Page {
    let preferred = rules.prefer_page_rows.filter(|rows| *rows > 0).unwrap_or(u64::MAX);
    let whole = match (rules.paging, top) {
        (Paging::Client, Some(top)) => top <= rules.client_rows_max && top <= preferred,
        _ => false,
    };
    let skip = skip.unwrap_or(0);
    match (whole, top) {
        (true, Some(top)) => {
            Page { skip, top: Some(top), rows_max: top, bytes_max: rules.client_bytes_max, end: PageEnd::Whole }
        }
        _ => Page {
            skip,
            top,
            rows_max: rules.page_rows_max.min(preferred).min(top.unwrap_or(u64::MAX)),
            bytes_max: rules.page_bytes_max,
            end: PageEnd::NextLink,
        },
    }
}

impl Page {
    /// The same page of what is left after `rows` rows: the page that a next link opens.
    pub fn after(self, rules: &Rules, top_left: Option<u64>) -> Page {
        let preferred = rules.prefer_page_rows.filter(|rows| *rows > 0).unwrap_or(u64::MAX);
        Page {
            skip: 0,
            top: top_left,
            rows_max: rules.page_rows_max.min(preferred).min(top_left.unwrap_or(u64::MAX)),
            bytes_max: rules.page_bytes_max,
            end: PageEnd::NextLink,
        }
    }

    /// Rows to ask the database for: one more than the page where a further row means a next link.
    pub fn fetch(&self) -> u64 {
        match (self.end, self.top) {
            (PageEnd::NextLink, Some(top)) if top > self.rows_max => self.rows_max.saturating_add(1),
            (PageEnd::NextLink, None) => self.rows_max.saturating_add(1),
            _ => self.rows_max,
        }
    }
}
