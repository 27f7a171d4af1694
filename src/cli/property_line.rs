//! The line of a property in a model file, as `init` writes it and `check` proposes it.
//!
//! Decides nothing but how it is written: what the line says comes from whoever asks for it.

use contract::SqlType;

use crate::model::build::sql_types::word_of;
use crate::model::{EdmType, Flag, Flags};

/// Digits and fraction digits of a decimal whose column states none.
pub const DIGITS_DEFAULT: (u16, u16) = (38, 10);
/// Digits and fraction digits of the largest unsigned 64-bit integer.
pub const DIGITS_UNSIGNED: (u16, u16) = (20, 0);

/// What a line says. What is absent is the loader's default.
#[derive(Clone, Debug)]
pub struct PropertyLine<'a> {
    /// Property name.
    pub name: &'a str,
    /// Column name.
    pub column: &'a str,
    /// Type for clients.
    pub ty: EdmType,
    /// Type in the database.
    pub sql: SqlType,
    /// Characters or bytes.
    pub max_length: Option<u32>,
    /// Digits and fraction digits of a decimal.
    pub digits: Option<(u16, u16)>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether the database compares it exactly, for texts.
    pub exact: Option<bool>,
    /// Column values of true and false.
    pub flags: Option<&'a Flags>,
    /// Whether `$search` looks into it.
    pub searchable: Option<bool>,
    /// What a value that does not fit does to the answer.
    pub on_bad_value: Option<&'a str>,
    /// What it means.
    pub description: Option<&'a str>,
}

impl PropertyLine<'_> {
    /// The line, with its comma.
    pub fn text(&self) -> String {
        let mut facets = vec![
            format!("name = {}", quoted(self.name)),
            format!("column = {}", quoted(self.column)),
            format!("type = {}", quoted(self.ty.name())),
            format!("sql = {}", quoted(word_of(self.sql))),
        ];
        if let SqlType::Char { length } = self.sql {
            facets.push(format!("length = {length}"));
        }
        facets.extend(self.max_length.map(|length| format!("max_length = {length}")));
        facets.extend(self.digits.map(|(precision, scale)| format!("precision = {precision}, scale = {scale}")));
        if !self.nullable {
            facets.push("nullable = false".to_owned());
        }
        facets.extend(self.exact.map(|exact| format!("exact = {exact}")));
        facets.extend(
            self.flags.map(|flags| format!("true = [{}], false = [{}]", values(&flags.truthy), values(&flags.falsy))),
        );
        facets.extend(self.searchable.map(|searchable| format!("searchable = {searchable}")));
        facets.extend(self.on_bad_value.map(|word| format!("on_bad_value = {}", quoted(word))));
        facets.extend(self.description.map(|text| format!("description = {}", quoted(text))));
        format!("{{ {} }},", facets.join(", "))
    }
}

fn values(flags: &[Flag]) -> String {
    let texts = flags.iter().map(|flag| match flag {
        Flag::Integer(number) => number.to_string(),
        Flag::Text(text) => quoted(text),
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// A text as TOML writes it on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
