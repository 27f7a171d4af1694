//! Shared values for tests of planning; the cases themselves are the golden files.

use contract::{Date, Time, Timestamp};

use super::Rules;
use crate::config::{Paging, Profile};

/// The Salesforce profile with client-driven paging.
pub(crate) fn rules() -> Rules {
    Rules {
        profile: Profile::Salesforce,
        paging: Paging::Client,
        page_rows_max: 1000,
        page_bytes_max: 6_000_000,
        client_rows_max: 2001,
        client_bytes_max: 7_500_000,
        in_terms_max: 2000,
        now: Timestamp { date: Date { year: 2026, month: 1, day: 2 }, time: Time { nanos: 0 } },
        prefer_page_rows: None,
    }
}
