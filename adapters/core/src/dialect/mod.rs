//! Dialects: one value each.

/// A dialect.
#[derive(Debug)]
pub struct Dialect {
    /// Name.
    pub name: &'static str,
}

/// What follows from a dialect for planning.
#[derive(Clone, Debug)]
pub struct Capabilities {}
