//! JSON by hand, the way somebody would write it who has only these tables.

/// How a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit integer.
    Int,
    /// Text.
    Text,
    /// Date.
    Date,
    /// Instant.
    Instant,
    /// Exact decimal; SQLite keeps one with two fraction digits in cents and others as text.
    Decimal { cents: bool },
}

/// Columns: what stands before each value, and how it is written.
pub type Shape = &'static [(&'static str, Kind)];

const CENTS: Kind = Kind::Decimal { cents: true };

/// All of an invoice.
pub const INVOICE: Shape = &[
    ("{\"Id\":", Kind::Int),
    (",\"Number\":", Kind::Text),
    (",\"CustomerId\":", Kind::Int),
    (",\"InvoiceDate\":", Kind::Date),
    (",\"DueDate\":", Kind::Date),
    (",\"Status\":", Kind::Text),
    (",\"Currency\":", Kind::Text),
    (",\"Net\":", CENTS),
    (",\"Tax\":", Kind::Decimal { cents: false }),
    (",\"Total\":", CENTS),
    (",\"ChangedAt\":", Kind::Instant),
    (",\"Note\":", Kind::Text),
];

/// An invoice in a list view.
pub const LIST: Shape = &[
    ("{\"Id\":", Kind::Int),
    (",\"Number\":", Kind::Text),
    (",\"CustomerId\":", Kind::Int),
    (",\"InvoiceDate\":", Kind::Date),
    (",\"DueDate\":", Kind::Date),
    (",\"Status\":", Kind::Text),
    (",\"Total\":", CENTS),
    (",\"Note\":", Kind::Text),
];

/// An invoice in a related list.
pub const RELATED: Shape = &[
    ("{\"Id\":", Kind::Int),
    (",\"Number\":", Kind::Text),
    (",\"CustomerId\":", Kind::Int),
    (",\"InvoiceDate\":", Kind::Date),
    (",\"Total\":", CENTS),
];

/// All of a customer.
pub const CUSTOMER: Shape = &[
    ("{\"Id\":", Kind::Int),
    (",\"Name\":", Kind::Text),
    (",\"City\":", Kind::Text),
    (",\"CreditLimit\":", CENTS),
    (",\"Since\":", Kind::Date),
];

/// Appends an integer.
pub fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a text with its quotes; runs that need no escape are copied whole.
pub fn text(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    let mut start = 0;
    for (at, byte) in value.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            _ => continue,
        };
        out.extend_from_slice(&value[start..at]);
        out.extend_from_slice(escape);
        start = at + 1;
    }
    out.extend_from_slice(&value[start..]);
    out.push(b'"');
}

/// Appends an amount in cents.
pub fn cents(out: &mut Vec<u8>, value: i64) {
    integer(out, value / 100);
    let rest = (value % 100) as u8;
    out.extend_from_slice(&[b'.', b'0' + rest / 10, b'0' + rest % 10]);
}

/// Appends a date, given in days since 1970-01-01, without quotes.
pub fn date(out: &mut Vec<u8>, days: i64) {
    // The civil calendar, with the year beginning in March.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    two(out, year / 100);
    two(out, year % 100);
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
}

/// Appends an instant with its quotes, given in microseconds since 1970.
pub fn instant(out: &mut Vec<u8>, micros: i64) {
    const DAY: i64 = 86_400_000_000;
    out.push(b'"');
    date(out, micros.div_euclid(DAY));
    let rest = micros.rem_euclid(DAY);
    let seconds = rest / 1_000_000;
    out.push(b'T');
    two(out, seconds / 3600);
    out.push(b':');
    two(out, seconds / 60 % 60);
    out.push(b':');
    two(out, seconds % 60);
    let fraction = rest % 1_000_000;
    if fraction > 0 {
        out.push(b'.');
        two(out, fraction / 10_000);
        two(out, fraction / 100 % 100);
        two(out, fraction % 100);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.extend_from_slice(b"Z\"");
}

fn two(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
}
