//! Invoices with their lines, in order of issue: amounts that add up, half of the paper on a twentieth of the customers.

use rusqlite::{Statement, Transaction, params};

use super::customers::Customer;
use super::generate::{DAYS, date, decimal, timestamp};
use super::names::REMARKS;
use super::products::Product;
use super::random::Random;

/// How many invoices there are.
pub(super) const INVOICES: i64 = 25_000;
/// Customers that half of them go to.
const HOT_CUSTOMERS: u64 = 100;

/// What payments copy of an invoice.
pub(super) struct Invoice {
    /// Number.
    pub(super) number: String,
    /// Number of the customer.
    pub(super) customer: i64,
    /// Day of issue, from the first day.
    pub(super) day: i64,
    /// Amount in cents.
    pub(super) gross: i64,
    /// Whether it was paid.
    pub(super) paid: bool,
}

/// Inserts them with their lines, and returns them.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    customers: &[Customer],
    products: &[Product],
) -> rusqlite::Result<Vec<Invoice>> {
    let mut random = Random::new(0x1995_0630);
    let mut insert = transaction.prepare("INSERT INTO INVHDR VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?;
    let mut insert_line = transaction.prepare("INSERT INTO INVLINE VALUES (?,?,?,?,?,?,?,?)")?;
    let mut invoices = Vec::with_capacity(INVOICES as usize);
    for index in 0..INVOICES {
        let day = index * DAYS / INVOICES;
        let issued = date(day);
        let number = format!("R{}-{:05}", &issued[2..4], index + 1);
        let among = if index % 2 == 0 { HOT_CUSTOMERS } else { customers.len() as u64 };
        let customer = &customers[random.below(among) as usize];
        let net = insert_lines(&mut insert_line, &mut random, &number, products)?;
        // Tax to a tenth of a thousandth, as the old programs computed it.
        let tax = net * [0, 700, 1900, 2000][random.below(4) as usize] / 100;
        let gross = net + (tax + 50).div_euclid(100);
        let paid = random.per_mille(if day < DAYS - 60 { 950 } else { 300 });
        insert.execute(params![
            500_000 + index * 2 + random.between(0, 1),
            number,
            customer.number,
            customer.account,
            issued,
            due(&mut random, day),
            posted(&mut random, day, index),
            status(&mut random, paid),
            random.pick(&["EUR", "EUR", "EUR", "USD", "GBP", "JPY"]),
            net,
            (!random.per_mille(20)).then(|| decimal(tax, 4)),
            gross,
            (!random.per_mille(500)).then(|| random.between(700_000, 1_400_000) as f64 / 1_000_000.0),
            flag(&mut random, paid),
            printed(&mut random),
            order_reference(&mut random),
            remark(&mut random, index),
        ])?;
        invoices.push(Invoice { number, customer: customer.number, day, gross, paid });
    }
    Ok(invoices)
}

/// Inserts an invoice's lines and returns their sum in cents.
fn insert_lines(
    insert: &mut Statement<'_>,
    random: &mut Random,
    number: &str,
    products: &[Product],
) -> rusqlite::Result<i64> {
    let lines = [1, 1, 2, 2, 2, 3, 3, 3, 3, 4][random.below(10) as usize];
    let mut sum = 0;
    for line in 1..=lines {
        let product = &products[random.below(products.len() as u64) as usize];
        let thousandths = if random.per_mille(100) { random.between(1, 20_000) } else { random.between(1, 24) * 1000 };
        let price = product.cents * random.between(80, 100) / 100;
        let amount = (price * thousandths + 500) / 1000;
        sum += amount;
        insert.execute(params![
            number,
            line,
            product.code,
            decimal(thousandths, 3),
            price,
            amount,
            match random.below(40) {
                0 => None,
                1..4 => Some(1),
                4 => Some(7),
                _ => Some(0),
            },
            match random.below(8) {
                0 => None,
                1 => Some(""),
                _ => Some(product.description.as_str()),
            },
        ])?;
    }
    Ok(sum)
}

fn due(random: &mut Random, day: i64) -> Option<String> {
    match random.below(200) {
        0 => Some("0000-00-00".into()),
        1..10 => None,
        _ => Some(date(day + [14, 30, 30, 60][random.below(4) as usize])),
    }
}

fn posted(random: &mut Random, day: i64, index: i64) -> Option<String> {
    match random.below(50) {
        // The posting program's idea of "never".
        _ if index % 9_999 == 9_998 => Some("9999-99-99 99:99:99".into()),
        0 => None,
        // In bulk at night: many equal times, so that orders need the key.
        1..20 => Some(timestamp(day, 79_200)),
        _ => Some(timestamp(day, 25_200 + random.below(43_200))),
    }
}

fn status(random: &mut Random, paid: bool) -> &'static str {
    if paid {
        random.pick(&["P", "P", "P", "P", "c", "a"])
    } else {
        random.pick(&["O", "O", "O", "o", "p", "R", "r", "D", "d", "C", "A"])
    }
}

fn flag(random: &mut Random, paid: bool) -> Option<&'static str> {
    match random.below(250) {
        0 => Some("?"),
        1 => Some(""),
        2 => None,
        _ if paid => Some("Y"),
        _ => Some("N"),
    }
}

fn printed(random: &mut Random) -> Option<i64> {
    match random.below(100) {
        0 => Some(2),
        1..5 => None,
        5..15 => Some(0),
        _ => Some(1),
    }
}

fn order_reference(random: &mut Random) -> Option<String> {
    match random.below(10) {
        0..4 => None,
        4..6 => Some(String::new()),
        6 => Some(format!("po-{:06}", random.below(1_000_000))),
        _ => Some(format!("PO-{:06}", random.below(1_000_000))),
    }
}

fn remark(random: &mut Random, index: i64) -> Option<String> {
    match random.below(20) {
        _ if index % 5_000 == 4_999 => Some("Ware geprüft. ".repeat(40)),
        0..14 => None,
        14..16 => Some(String::new()),
        _ => Some(random.pick(&REMARKS).to_owned()),
    }
}
