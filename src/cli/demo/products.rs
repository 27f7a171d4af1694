//! The products: prices in cents, costs as text, weights as floats.

use rusqlite::{Transaction, params};

use super::generate::{date, decimal, padded};
use super::names::{FINISHES, GOODS};
use super::random::Random;

/// What invoice lines copy of a product.
pub(super) struct Product {
    /// Code.
    pub(super) code: String,
    /// Description.
    pub(super) description: String,
    /// List price in cents.
    pub(super) cents: i64,
}

/// Inserts every kind in every finish, 400 in all, and returns them.
pub(super) fn insert(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Product>> {
    let mut random = Random::new(0x1994_1224);
    let mut insert = transaction.prepare("INSERT INTO PRODUCT VALUES (?,?,?,?,?,?,?,?,?,?)")?;
    let mut products = Vec::with_capacity(GOODS.len() * FINISHES.len());
    for (kind, (goods, group)) in GOODS.into_iter().enumerate() {
        for (number, finish) in FINISHES.into_iter().enumerate() {
            // Two codes in twenty differ from the one before by case alone.
            let (letter, number) = if number % 10 == 1 { ('k', number - 1) } else { ('K', number) };
            let code = format!("{}{letter}-{number:03}", (b'A' + kind as u8) as char);
            let description = format!("{goods}, {finish}");
            let cents = random.between(45, 90_000);
            insert.execute(params![
                code,
                description,
                padded(group, 10),
                cents,
                (!random.per_mille(100)).then(|| decimal(cents * random.between(30, 80), 4)),
                (!random.per_mille(200)).then(|| random.between(1, 20_000) as f64 / 64.0),
                (!random.per_mille(50)).then(|| random.between(-3, 900)),
                (!random.per_mille(250)).then(|| random.between(4_000_000_000_000, 4_999_999_999_999)),
                (!random.per_mille(100)).then(|| date(random.between(-3_000, 2_000))),
                match random.below(12) {
                    0 => None,
                    1 => Some("Y"),
                    2 => Some("n"),
                    _ => Some("N"),
                },
            ])?;
            products.push(Product { code, description, cents });
        }
    }
    Ok(products)
}
