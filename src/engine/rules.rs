//! What the configuration says to the stages before the engine: limits for parsing, rules for planning.
//!
//! Those stages know nothing of a configuration; here its values become theirs.

use contract::Timestamp;

use crate::config::{Limits, Service};
use crate::{odata, plan};

/// The limits of parsing.
pub fn parse_limits(limits: &Limits) -> odata::Limits {
    odata::Limits {
        url_bytes_max: limits.url_bytes_max,
        depth_max: limits.expression_depth_max,
        nodes_max: limits.expression_nodes_max,
        list_max: limits.in_terms_max,
    }
}

/// The rules of planning for a request that came at this instant, in UTC, and prefers no page size.
pub fn plan_rules(service: &Service, in_terms_max: usize, now: Timestamp) -> plan::Rules {
    plan::Rules {
        profile: service.profile,
        paging: service.paging,
        page_rows_max: service.page_rows_max,
        page_bytes_max: service.page_bytes_max,
        client_rows_max: service.client_rows_max,
        client_bytes_max: service.client_bytes_max,
        in_terms_max,
        now,
        prefer_page_rows: None,
    }
}
