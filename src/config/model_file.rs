//! The model file as written: every value with its place, nothing resolved.
//!
//! Knows neither sources nor profiles: one file may be mounted under several.

use std::path::Path;
use std::sync::Arc;

use super::fields::{Context, Field, Fields};
use super::file::{self, SourceFile};
use super::finding::{Code, Report, Spot};
use super::indexes::{self, IndexEntry};
use crate::model::{CountMode, EdmType, Flag, OnBadValue};

/// Characters that a text may be declared to have at most.
pub const LENGTH_MAX: u64 = 10_000_000;

/// One model file.
#[derive(Debug)]
pub struct ModelFile {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Schema namespace.
    pub namespace: Option<Spot<String>>,
    /// Entity container name.
    pub container: Spot<String>,
    /// Length of text without one.
    pub text_length_default: u32,
    /// Whether `$search` tells upper from lower case, unless a property says otherwise.
    pub search_case_sensitive: bool,
    /// Entity sets.
    pub sets: Vec<SetEntry>,
}

/// One `[[entity_set]]`.
#[derive(Debug)]
pub struct SetEntry {
    /// Its name, or an empty one at the set's place when it has none.
    pub name: Spot<String>,
    /// Entity type name.
    pub type_name: Option<Spot<String>>,
    /// Source name.
    pub source: Option<Spot<String>>,
    /// Schema of the table.
    pub schema: Option<String>,
    /// Table or view.
    pub table: Spot<String>,
    /// Description.
    pub description: Option<String>,
    /// Key property names.
    pub key: Option<Spot<Vec<Spot<String>>>>,
    /// How the total is counted.
    pub count: CountMode,
    /// Properties.
    pub properties: Vec<PropertyEntry>,
    /// Navigation properties.
    pub navigations: Vec<NavigationEntry>,
    /// Indexes; `None` when the file says nothing about them.
    pub indexes: Option<Vec<IndexEntry>>,
}

/// One property.
#[derive(Debug)]
pub struct PropertyEntry {
    /// Name.
    pub name: Spot<String>,
    /// Column.
    pub column: Option<String>,
    /// Edm type; `None` when it is missing or unknown, which was reported.
    pub ty: Option<Spot<EdmType>>,
    /// Type in the database, by name.
    pub sql: Option<Spot<String>>,
    /// Length of a `char` column.
    pub length: Option<Spot<u32>>,
    /// Whether null can be returned.
    pub nullable: Option<Spot<bool>>,
    /// Characters or bytes.
    pub max_length: Option<Spot<u32>>,
    /// Digits.
    pub precision: Option<Spot<u16>>,
    /// Fraction digits.
    pub scale: Option<Spot<u16>>,
    /// Whether the database compares the column exactly.
    pub exact: Option<Spot<bool>>,
    /// Stored values of true.
    pub truthy: Option<Spot<Vec<Spot<Flag>>>>,
    /// Stored values of false.
    pub falsy: Option<Spot<Vec<Spot<Flag>>>>,
    /// Whether `$search` looks into it.
    pub searchable: Option<Spot<bool>>,
    /// Whether `$search` tells upper from lower case here.
    pub search_case_sensitive: Option<bool>,
    /// What a stored value that breaks the type becomes.
    pub on_bad_value: OnBadValue,
    /// Description.
    pub description: Option<String>,
}

/// One navigation property.
#[derive(Debug)]
pub struct NavigationEntry {
    /// Name.
    pub name: Spot<String>,
    /// Entity set pointed at.
    pub to: Option<Spot<String>>,
    /// Pairs of own and partner's property.
    pub on: Vec<(Spot<String>, Spot<String>)>,
    /// Many partners.
    pub collection: bool,
    /// The navigation back.
    pub partner: Option<Spot<String>>,
}

/// Reads a model file; `None` when there is no text to read.
pub fn read(path: &Path, rank: u32, report: &Report) -> Option<ModelFile> {
    let text = file::read_text(path, report)?;
    let file = Arc::new(SourceFile::model(path, text, rank));
    let table = file.parse(report);
    let cx = Context { report, file: &file, references: None, secrets_required: true };
    let top = Fields::new(cx, "the model file", table.get_ref(), 0..0);
    Some(model(top, &file))
}

fn model(mut fields: Fields<'_>, file: &Arc<SourceFile>) -> ModelFile {
    let namespace = fields.require("namespace", "write namespace = \"Billing\": it stands before every type name");
    let namespace = namespace.and_then(|f| f.text());
    let container = fields.take("container").and_then(|f| f.text());
    let length = fields.take("text_length_default").and_then(|f| f.count(1..=LENGTH_MAX));
    let case = fields.take("search_case").and_then(|f| search_case(&f));
    let entries = fields.take("entity_set").and_then(|f| f.list()).unwrap_or_default();
    let sets = entries.iter().filter_map(|entry| Some(set(entry.table("entity_set")?))).collect();
    fields.finish();
    ModelFile {
        file: file.clone(),
        namespace,
        container: container.unwrap_or_else(|| Spot::new("Default".to_owned(), 0..0)),
        text_length_default: length.and_then(|n| u32::try_from(n).ok()).unwrap_or(255),
        search_case_sensitive: case.unwrap_or(false),
        sets,
    }
}

fn search_case(field: &Field<'_>) -> Option<bool> {
    field.choice(&[("ignored", false), ("sensitive", true)])
}

fn set(mut fields: Fields<'_>) -> SetEntry {
    let name = name(&mut fields, "write name = \"Invoices\": it is what Salesforce calls the table");
    let help = "write table = \"...\": the table or view";
    let table = fields.require("table", help).and_then(|f| not_empty(&f, help));
    let table = table.unwrap_or_else(|| Spot::new(String::new(), fields.span.clone()));
    let key = fields.take("key").and_then(|f| Some(Spot::new(texts(&f)?, f.span.clone())));
    let count = fields.take("count").and_then(|f| count_mode(&f)).unwrap_or(CountMode::Exact);
    let properties = fields.require("properties", "write properties = [{ name = \"Id\", type = \"Int64\" }]");
    let properties = members(properties, "properties", property);
    let navigations = fields.take("navigations");
    let navigations = members(navigations, "navigations", navigation);
    let listed = fields.take("indexes");
    let indexes = listed.is_some().then(|| members(listed, "indexes", indexes::index));
    let entry = SetEntry {
        type_name: fields.take("type").and_then(|f| f.text()),
        source: fields.take("source").and_then(|f| f.text()),
        schema: fields.take("schema").and_then(|f| f.text()).map(|text| text.value),
        description: description(&mut fields),
        name,
        table,
        key,
        count,
        properties,
        navigations,
        indexes,
    };
    fields.finish();
    entry
}

/// The tables of a list, each read by `read`.
fn members<'a, T>(field: Option<Field<'a>>, section: &'static str, read: fn(Fields<'a>) -> T) -> Vec<T> {
    let list = field.and_then(|f| f.list()).unwrap_or_default();
    list.iter().filter_map(|member| Some(read(member.table(section)?))).collect()
}

fn name(fields: &mut Fields<'_>, help: &str) -> Spot<String> {
    let name = fields.require("name", help).and_then(|f| not_empty(&f, help));
    name.unwrap_or_else(|| Spot::new(String::new(), fields.span.clone()))
}

fn not_empty(field: &Field<'_>, help: &str) -> Option<Spot<String>> {
    let text = field.text()?;
    if text.value.is_empty() {
        field.refuse(Code::BadName, "no name", help);
        return None;
    }
    Some(text)
}

fn description(fields: &mut Fields<'_>) -> Option<String> {
    fields.take("description").and_then(|f| f.text()).map(|text| text.value)
}

fn texts(field: &Field<'_>) -> Option<Vec<Spot<String>>> {
    Some(field.list()?.iter().filter_map(Field::text).collect())
}

fn count_mode(field: &Field<'_>) -> Option<CountMode> {
    if field.is_text() {
        return field.choice(&[("exact", CountMode::Exact)]);
    }
    let mut fields = field.table("count")?;
    let capped = fields.require("capped", "write count = \"exact\" or count = { capped = 10000 }");
    let capped = capped.and_then(|f| f.count(1..=1_000_000_000));
    fields.finish();
    capped.map(CountMode::Capped)
}

fn property(mut fields: Fields<'_>) -> PropertyEntry {
    let name = name(&mut fields, "write name = \"Id\"");
    let ty = fields.require("type", "write type = \"String\", or another Edm type").and_then(|f| edm_type(&f));
    let bad = [("null", OnBadValue::Null), ("error", OnBadValue::Error)];
    let entry = PropertyEntry {
        name,
        ty,
        column: fields.take("column").and_then(|f| f.text()).map(|text| text.value),
        sql: fields.take("sql").and_then(|f| f.text()),
        length: number(&mut fields, "length", 1, 65_535),
        nullable: boolean(&mut fields, "nullable"),
        max_length: number(&mut fields, "max_length", 1, LENGTH_MAX),
        precision: number(&mut fields, "precision", 1, 1000),
        scale: number(&mut fields, "scale", 0, 1000),
        exact: boolean(&mut fields, "exact"),
        truthy: flags(&mut fields, "true"),
        falsy: flags(&mut fields, "false"),
        searchable: boolean(&mut fields, "searchable"),
        search_case_sensitive: fields.take("search_case").and_then(|f| search_case(&f)),
        on_bad_value: fields.take("on_bad_value").and_then(|f| f.choice(&bad)).unwrap_or_default(),
        description: description(&mut fields),
    };
    fields.finish();
    entry
}

fn edm_type(field: &Field<'_>) -> Option<Spot<EdmType>> {
    let text = field.text()?;
    let found = EdmType::named(&text.value);
    if found.is_none() {
        let names = EdmType::ALL.map(EdmType::name);
        let help = match super::fields::nearest(&text.value, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("types: {}", names.join(", ")),
        };
        field.refuse(Code::BadValue, "no Edm type", help);
    }
    found.map(|ty| Spot::new(ty, text.span))
}

fn number<T: TryFrom<u64>>(fields: &mut Fields<'_>, key: &'static str, low: u64, high: u64) -> Option<Spot<T>> {
    let field = fields.take(key)?;
    let value = T::try_from(field.count(low..=high)?).ok()?;
    Some(Spot::new(value, field.span))
}

fn boolean(fields: &mut Fields<'_>, key: &'static str) -> Option<Spot<bool>> {
    let field = fields.take(key)?;
    Some(Spot::new(field.boolean()?, field.span))
}

fn flags(fields: &mut Fields<'_>, key: &'static str) -> Option<Spot<Vec<Spot<Flag>>>> {
    let field = fields.take(key)?;
    let read = |member: &Field<'_>| {
        let value =
            if member.is_integer() { Flag::Integer(member.integer()?) } else { Flag::Text(member.text()?.value) };
        Some(Spot::new(value, member.span.clone()))
    };
    Some(Spot::new(field.list()?.iter().filter_map(read).collect(), field.span))
}

fn navigation(mut fields: Fields<'_>) -> NavigationEntry {
    let name = name(&mut fields, "write name = \"Lines\"");
    let to = fields.require("to", "write to = \"InvoiceLines\": the entity set it leads to").and_then(|f| f.text());
    let on = fields.require("on", "write on = { Id = \"InvoiceId\" }: own property = the partner's");
    let on = on.and_then(|f| f.named()).unwrap_or_default();
    let on = on.into_iter().filter_map(|(own, partner)| Some((own, partner.text()?))).collect();
    let entry = NavigationEntry {
        name,
        to,
        on,
        collection: fields.take("collection").and_then(|f| f.boolean()).unwrap_or(false),
        partner: fields.take("partner").and_then(|f| f.text()),
    };
    fields.finish();
    entry
}
