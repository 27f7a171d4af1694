//! What is asked: each case as the floor's path and as the URL that Salesforce Connect sends for it.

use std::sync::Arc;

use crate::data::Size;

/// Properties of a list view.
pub const LIST_SELECT: &str = "Id,Number,CustomerId,InvoiceDate,DueDate,Status,Total,Note";
/// Properties of a related list.
pub const RELATED_SELECT: &str = "Id,Number,CustomerId,InvoiceDate,Total";
/// Rows of a large page, as configured for the gateway.
pub const EXPORT_PAGE_ROWS: i64 = 2000;

/// What is expected of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A single record: a defect under this percentage of the floor.
    Record,
    /// A page: the same.
    Page,
}

impl Expected {
    /// The least part of the floor's rate.
    pub fn least(self) -> f64 {
        match self {
            Expected::Record => 0.40,
            Expected::Page => 0.50,
        }
    }
}

/// One kind of request.
pub struct Case {
    /// Name in the table.
    pub name: &'static str,
    /// How fast it has to be.
    pub expected: Expected,
    /// Pages that one request has, by next links.
    pub pages: usize,
    /// Paths for the floor.
    pub floor: Arc<[String]>,
    /// The same requests for the gateway.
    pub tidegate: Arc<[String]>,
}

/// Numbers that are spread over a range and the same in every run.
fn spread(count: usize, max: i64) -> impl Iterator<Item = i64> {
    (0..count as i64).map(move |i| 1 + (i * 104_729 + 17) % max.max(1))
}

fn case(
    name: &'static str,
    expected: Expected,
    numbers: impl Iterator<Item = i64>,
    paths: impl Fn(i64) -> (String, String),
) -> Case {
    let (floor, tidegate): (Vec<_>, Vec<_>) =
        numbers.map(paths).map(|(floor, url)| (floor, format!("/odata/v4/{}", escaped(&url)))).unzip();
    Case { name, expected, pages: 1, floor: floor.into(), tidegate: tidegate.into() }
}

/// Writes a URL as Salesforce does.
fn escaped(url: &str) -> String {
    url.replace('$', "%24").replace(' ', "%20").replace(',', "%2C").replace('\'', "%27")
}

/// All cases, with so many distinct requests each.
pub fn all(size: Size, distinct: usize) -> Vec<Case> {
    use Expected::{Page, Record};
    let ids = || spread(distinct, size.invoices);
    let hot = || spread(distinct, size.hot);
    let starts = |rows: i64| spread(distinct, size.invoices - rows);
    let export_pages = 10.min(size.invoices / EXPORT_PAGE_ROWS - 1).max(1);
    let list = |n: i64, count: &str| {
        format!("Invoices?$top=25&$filter=CustomerId eq {n}&$orderby=InvoiceDate desc{count}&$select={LIST_SELECT}")
    };
    vec![
        case("key (filter)", Record, ids(), |n| (format!("/key/{n}"), format!("Invoices?$top=2&$filter=Id eq {n}"))),
        case("key (path)", Record, ids(), |n| (format!("/entity/{n}"), format!("Invoices({n})"))),
        case("list25 + count", Page, hot(), |n| (format!("/listcount/{n}"), list(n, "&$count=true"))),
        case("list25", Page, hot(), |n| (format!("/list/{n}"), list(n, ""))),
        case("related list", Page, hot(), |n| {
            let url = format!("Invoices?$filter=CustomerId eq {n}&$top=6&$select={RELATED_SELECT}");
            (format!("/related/{n}"), url)
        }),
        case("or of 50 keys", Page, ids(), |n| {
            let keys: Vec<i64> = (0..50).map(|k| 1 + (n + k * 7919) % size.invoices).collect();
            let list: Vec<String> = keys.iter().map(i64::to_string).collect();
            let terms: Vec<String> = keys.iter().map(|key| format!("Id eq {key}")).collect();
            (format!("/or/{}", list.join(",")), format!("Invoices?$top=51&$filter={}", terms.join(" or ")))
        }),
        case("page200", Page, starts(200), |n| {
            (format!("/page200/{n}"), format!("Invoices?$top=200&$filter=Id gt {n}&$orderby=Id"))
        }),
        case("page2000", Page, starts(2000), |n| {
            (format!("/page2000/{n}"), format!("Invoices?$top=2000&$filter=Id gt {n}&$orderby=Id"))
        }),
        case("contains", Page, spread(distinct.min(100), size.customers / 10 * 9), |n| {
            // As many digits as most have: few rows match, so all must be looked at.
            let needle = size.customers / 10 + n;
            (format!("/contains/{needle}"), format!("Customers?$top=25&$filter=contains(Name,'{needle}')"))
        }),
        case("skip to 200,000", Page, spread(distinct.min(100), size.invoices / 5), |n| {
            (format!("/skip/{n}"), format!("Invoices?$top=2000&$skip={n}&$orderby=Id"))
        }),
        Case {
            pages: export_pages as usize,
            ..case(
                "export 20,000",
                Page,
                spread(distinct.min(50), size.invoices - export_pages * EXPORT_PAGE_ROWS),
                |n| (format!("/export/{n}"), format!("Invoices?$filter=Id gt {n}")),
            )
        },
    ]
}
