//! The customers: Unicode names, blanks beside nulls, flags of two kinds, and the bad cells of thirty years.

use rusqlite::{Transaction, params};

use super::generate::{DAYS, date, decimal, padded, timestamp};
use super::names::{CITIES, CLASSES, COMPANIES, REMARKS, STREETS, WORDS};
use super::random::Random;

/// How many there are.
pub(super) const CUSTOMERS: u64 = 2_000;

/// What other tables copy of a customer.
pub(super) struct Customer {
    /// Number.
    pub(super) number: i64,
    /// Salesforce account.
    pub(super) account: Option<String>,
}

/// Inserts them all, and returns them in order of their numbers.
pub(super) fn insert(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Customer>> {
    let mut random = Random::new(0x1993_0401);
    let mut insert = transaction.prepare("INSERT INTO CUSTMAST VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?;
    let mut customers = Vec::with_capacity(CUSTOMERS as usize);
    for index in 0..CUSTOMERS {
        let number = 1001 + index as i64;
        // Every twentieth was never linked to Salesforce.
        let account = (index % 20 != 19).then(|| account(index));
        let (city, country) = CITIES[random.below(CITIES.len() as u64) as usize];
        let changed = random.between(DAYS - 900, DAYS - 1);
        insert.execute(params![
            number,
            account,
            name(&mut random, index),
            second_name(&mut random),
            padded(random.pick(&CLASSES), 10),
            status(&mut random),
            (!random.per_mille(30)).then(|| format!("{} {}", random.pick(&STREETS), random.between(1, 199))),
            (!random.per_mille(10)).then_some(city),
            (!random.per_mille(10)).then_some(country),
            email(&mut random, number),
            (!random.per_mille(150)).then(|| random.between(0, 500) * 100_000),
            balance(&mut random, number),
            (!random.per_mille(300)).then(|| random.between(0, 2_000) as f64 / 100.0),
            active(&mut random),
            dunning(&mut random),
            since(&mut random),
            // A day that never was, three times.
            if index % 700 == 699 {
                "2023-02-30 10:15:00".to_owned()
            } else {
                timestamp(changed, random.below(86_400))
            },
            notes(&mut random, index),
        ])?;
        customers.push(Customer { number, account });
    }
    // A note in Latin-1, from before the conversion: not valid UTF-8.
    transaction.execute(
        "UPDATE CUSTMAST SET NOTES = CAST(x'4DFC6C6C657220616E727566656E' AS TEXT) WHERE CUST_NO = 1777",
        [],
    )?;
    Ok(customers)
}

/// The 18-character Salesforce id of the customer at that place: 15 characters that tell case, 3 that repair it.
fn account(index: u64) -> String {
    const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut id = String::from("0015g00000Tid");
    // Counting starts at "eA", so that the first id spells a word.
    id.push(DIGITS[(30 + index / 62) as usize % 62] as char);
    id.push(DIGITS[(index % 62) as usize] as char);
    let repair: String = id
        .as_bytes()
        .chunks(5)
        .map(|five| {
            let bits = five.iter().rev().fold(0, |bits, byte| bits * 2 + usize::from(byte.is_ascii_uppercase()));
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] as char
        })
        .collect();
    id + &repair
}

fn name(random: &mut Random, index: u64) -> String {
    let word = random.pick(&WORDS);
    let company = random.pick(&COMPANIES).replace("{}", word);
    match index % 97 {
        // Longer than the column says: SQLite does not mind.
        96 => {
            format!("{company}, formerly {word} {word} {word} and successors in the third generation, at the old mill")
        }
        50 => format!("{company} "),
        51 => company.to_uppercase(),
        _ => company,
    }
}

fn second_name(random: &mut Random) -> Option<&'static str> {
    match random.below(10) {
        0..5 => Some(""),
        5..8 => None,
        8 => Some("c/o Buchhaltung"),
        _ => Some("Accounts payable"),
    }
}

fn status(random: &mut Random) -> &'static str {
    random.pick(&["K1", "k1", "k1", "k1", "X9", "x9", "Ä", "ä"])
}

fn email(random: &mut Random, number: i64) -> Option<String> {
    match random.below(10) {
        0 => None,
        1 => Some(String::new()),
        2 => Some(format!("AP.{number}@EXAMPLE.COM")),
        _ => Some(format!("billing+{number}@example.com")),
    }
}

fn balance(random: &mut Random, number: i64) -> String {
    match number {
        1003 => "999999999999.99".into(),
        1004 => "-0.01".into(),
        // Twice somebody typed words into the amount.
        1500 | 2500 => "see file".into(),
        _ if random.per_mille(400) => "0.00".into(),
        _ => decimal(random.between(-500_000, 9_000_000), 2),
    }
}

fn active(random: &mut Random) -> i64 {
    match random.below(200) {
        0 => 9,
        1 => -1,
        2..30 => 0,
        _ => 1,
    }
}

fn dunning(random: &mut Random) -> Option<&'static str> {
    match random.below(100) {
        0 => Some("?"),
        1 => Some(" "),
        2..12 => None,
        12..40 => Some("N"),
        _ => Some("Y"),
    }
}

fn since(random: &mut Random) -> Option<String> {
    match random.below(100) {
        0 => Some("0000-00-00".into()),
        1..8 => None,
        _ => Some(date(random.between(-7_000, 1_500))),
    }
}

fn notes(random: &mut Random, index: u64) -> Option<String> {
    match random.below(10) {
        _ if index % 400 == 399 => Some("überlang ".repeat(80)),
        0..5 => None,
        5..7 => Some(String::new()),
        _ => Some(random.pick(&REMARKS).to_owned()),
    }
}
