//! What Salesforce Connect will not show as meant: warnings that name the property and the way out.
//!
//! Looks at a model before its profile changes it; says nothing under the plain OData profile, but for keys that no
//! index serves.

use std::ops::Range;

use contract::SqlType;

use super::finding::{Code, Finding, Report};
use super::model_file::{ModelFile, PropertyEntry, SetEntry};
use super::resolved::Profile;
use crate::model::{EdmType, EntitySet, Model, Property};

/// Digits that a Salesforce number holds.
const DIGITS_MAX: u16 = 18;
/// Characters of a text that Salesforce can filter and sort.
const TEXT_MAX: u32 = 255;
/// External objects of an org, by default.
const SETS_MAX: usize = 100;

/// Standard objects that a table is likely to be named like.
const STANDARD: &[&str] = &[
    "account",
    "asset",
    "attachment",
    "campaign",
    "case",
    "contact",
    "contract",
    "event",
    "group",
    "idea",
    "individual",
    "lead",
    "location",
    "name",
    "note",
    "opportunity",
    "order",
    "orderitem",
    "organization",
    "pricebook2",
    "product2",
    "profile",
    "quote",
    "report",
    "role",
    "solution",
    "task",
    "topic",
    "user",
    "workorder",
];

/// Whether an entity set of that name is likely to meet a standard object.
pub(crate) fn is_standard_object(name: &str) -> bool {
    STANDARD.contains(&name.to_ascii_lowercase().as_str())
}

/// Adds the warnings that a mounted model deserves.
pub fn lint(file: &ModelFile, model: &Model, profile: Profile, report: &Report) {
    let lint = Lint { file, report };
    for (entry, set) in file.sets.iter().zip(&model.sets) {
        lint.key_index(entry, set);
        if profile == Profile::Salesforce {
            lint.set(entry, set);
        }
    }
    if profile == Profile::Salesforce && file.sets.len() > SETS_MAX {
        let message = format!("the model has {} entity sets", file.sets.len());
        let label = format!("Salesforce lists {SETS_MAX} tables of one data source");
        let help = "split the model over several services, each registered on its own";
        lint.warn(Code::ManySets, &file.sets[SETS_MAX].name.span, message, label, help);
    }
}

struct Lint<'a> {
    file: &'a ModelFile,
    report: &'a Report,
}

impl Lint<'_> {
    fn warn(&self, code: Code, span: &Range<usize>, message: String, label: impl Into<String>, help: &str) {
        let finding = Finding::warning(code, &self.file.file, span.clone(), message);
        self.report.add(finding.label(label).help(help));
    }

    fn set(&self, entry: &SetEntry, set: &EntitySet) {
        if is_standard_object(&set.name) {
            let message = format!("`{}` is the name of a standard object", set.name);
            let help = "prefix it, as in \"Erp\" and the name: syncing an object whose name is taken can fail";
            self.warn(Code::StandardName, &entry.name.span, message, "taken in Salesforce", help);
        }
        for (id, (written, property)) in set.property_ids().zip(entry.properties.iter().zip(&set.properties)) {
            self.digits(written, property, set.is_key(id));
            self.shown(written, property);
            if set.is_key(id) {
                self.key(written, property);
            }
        }
    }

    fn digits(&self, entry: &PropertyEntry, property: &Property, is_key: bool) {
        let span = &entry.name.span;
        match (property.ty, property.precision) {
            (EdmType::Decimal, Some(digits)) if digits > DIGITS_MAX => {
                let message = format!("`{}` has {digits} digits", property.name);
                let help = "lower `precision` if the values allow it: further digits are lost in Salesforce";
                self.warn(Code::Digits, span, message, "Salesforce keeps 18", help);
            }
            (EdmType::Int64, _) if is_key => {
                let message = format!("the key `{}` may have 19 digits", property.name);
                let help = "nothing to do while values stay below 10^18; larger ones are not found again";
                self.warn(Code::Digits, span, message, "Salesforce keeps 18", help);
            }
            _ => {}
        }
    }

    fn shown(&self, entry: &PropertyEntry, property: &Property) {
        let span = &entry.name.span;
        match property.ty {
            EdmType::String if property.max_length.is_some_and(|length| length > TEXT_MAX) => {
                let message = format!("Salesforce cannot filter or sort by `{}`", property.name);
                let help = "write max_length = 255 if the values are that short";
                self.warn(Code::LongText, span, message, "longer than 255 characters: a long text area", help);
            }
            EdmType::Binary => {
                let message = format!("`{}` is left out of the Salesforce profile", property.name);
                let help = "remove it from the model, or serve it under profile = \"odata\"";
                self.warn(Code::Shown, span, message, "Edm.Binary", help);
            }
            EdmType::TimeOfDay => {
                let message = format!("`{}` is shown as text in the Salesforce profile", property.name);
                let help = "write type = \"String\", sql = \"time\" to say so in the model";
                self.warn(Code::Shown, span, message, "Salesforce does not take Edm.TimeOfDay", help);
            }
            _ => {}
        }
    }

    /// A key is stored in Salesforce and asked for again: it must come back unchanged.
    fn key(&self, entry: &PropertyEntry, property: &Property) {
        let (label, help) = match property.ty {
            EdmType::String if !property.exact && property.sql.is_text() => (
                "the database does not tell case or trailing blanks apart",
                "every `eq` gets a second, exact comparison; an exact collation on the column avoids it",
            ),
            EdmType::Single | EdmType::Double => {
                ("a float", "choose another key: floats change between text and binary")
            }
            EdmType::DateTimeOffset if matches!(property.sql, SqlType::Timestamp | SqlType::Instant) => (
                "a point in time",
                "choose another key, or be sure that no value has fractions of a second: Salesforce drops them",
            ),
            _ => return,
        };
        let message = format!("the key `{}` may not survive the way through Salesforce", property.name);
        self.warn(Code::KeyEcho, &entry.name.span, message, label, help);
    }

    fn key_index(&self, entry: &SetEntry, set: &EntitySet) {
        let Some(key) = entry.key.as_ref().filter(|_| !set.key.is_empty()) else { return };
        let serves = |properties: &[crate::model::PropertyId]| {
            let leading = properties.get(..set.key.len());
            leading.is_some_and(|leading| set.key.iter().all(|id| leading.contains(id)))
        };
        if !set.indexes.iter().any(|index| serves(&index.properties)) {
            let message = format!("no index of `{}` begins with its key", set.name);
            let help = "create one on these columns and add it to `indexes`: every record page asks by key";
            self.warn(Code::KeyIndex, &key.span, message, "read by a scan", help);
        }
    }
}
