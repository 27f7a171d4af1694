//! The payments: amounts as text, methods padded, transaction numbers of 64 bits, and some that name no invoice.

use rusqlite::{Transaction, params};

use super::generate::{DAYS, decimal, padded, timestamp};
use super::invoices::Invoice;
use super::names::METHODS;
use super::random::Random;

/// How many there are.
pub(super) const PAYMENTS: i64 = 12_500;

/// Inserts them all.
pub(super) fn insert(transaction: &Transaction<'_>, invoices: &[Invoice]) -> rusqlite::Result<()> {
    let mut random = Random::new(0x1996_0229);
    let mut insert = transaction.prepare("INSERT INTO PAYMENT VALUES (?,?,?,?,?,?,?,?,?)")?;
    let paid = invoices.iter().filter(|invoice| invoice.paid).take(PAYMENTS as usize);
    for (index, invoice) in paid.enumerate() {
        let day = (invoice.day + random.between(1, 75)).min(DAYS - 1);
        let cents = match random.below(20) {
            0 => invoice.gross / 2,
            1 => invoice.gross - invoice.gross % 100,
            _ => invoice.gross,
        };
        insert.execute(params![
            // Beyond 32 bits since the merger.
            7_000_000_000 + index as i64 * 3,
            invoice.customer,
            (!random.per_mille(60)).then_some(&invoice.number),
            timestamp(day, random.below(86_400)),
            decimal(cents, 2),
            padded(random.pick(&METHODS), 10),
            (!random.per_mille(200)).then(|| random.between(1 << 50, i64::MAX - 1)),
            match random.below(8) {
                0 => None,
                1 => Some(String::new()),
                2 => Some(format!("{} überwiesen", invoice.number)),
                _ => Some(format!("{} / {}", invoice.number, invoice.customer)),
            },
            random.pick(&["Y", "Y", "Y", "Y", "N", "J", "?", ""]),
        ])?;
    }
    Ok(())
}
