//! The Edm model of one service: entity sets, properties, keys and navigations, with the columns behind them.
//!
//! Names, types and order come from the model file, never from a live catalog. Knows no SQL text and no HTTP.

pub mod build;
pub mod edm;
pub mod ids;
pub mod metadata;
pub mod profile;

use std::collections::HashMap;

use contract::SqlType;
use contract::sql::Name;

pub use edm::EdmType;
pub use ids::{EntitySetId, NavigationId, PropertyId, SourceId};

/// The model of one service, names frozen, every reference resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Schema namespace.
    pub namespace: String,
    /// Entity container name.
    pub container: String,
    /// Entity sets in the order of the file.
    pub sets: Vec<EntitySet>,
    /// Names of the sources that the sets live in, by [`SourceId`].
    pub sources: Vec<Source>,
    by_name: HashMap<String, EntitySetId>,
}

impl Model {
    /// A model over resolved sets; each set's id is its place.
    pub fn new(namespace: String, container: String, sources: Vec<Source>, sets: Vec<EntitySet>) -> Model {
        let by_name = sets.iter().enumerate().map(|(i, set)| (set.name.clone(), EntitySetId(i as u16))).collect();
        Model { namespace, container, sets, sources, by_name }
    }

    /// The entity set of that name, in its exact case.
    pub fn set_named(&self, name: &str) -> Option<EntitySetId> {
        self.by_name.get(name).copied()
    }

    /// The entity set with that id.
    pub fn set(&self, id: EntitySetId) -> &EntitySet {
        &self.sets[id.0 as usize]
    }

    /// The source that a set lives in.
    pub fn source_of(&self, id: EntitySetId) -> &Source {
        &self.sources[self.set(id).source.0 as usize]
    }
}

/// What planning must know of a source: its name for messages, its zone for wall-clock columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Name in the configuration.
    pub name: String,
    /// Zone in which zone-less timestamps are read.
    pub time_zone: jiff::tz::TimeZone,
    /// Dialect name as configured (`postgres`, `mysql`, `mariadb`, `sqlite`).
    pub dialect: &'static contract::Dialect,
}

/// How the total is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountMode {
    /// Every row, always.
    Exact,
    /// At most so many.
    Capped(u64),
}

/// One entity set with its entity type.
#[derive(Clone, Debug, PartialEq)]
pub struct EntitySet {
    /// Entity set name.
    pub name: String,
    /// Entity type name.
    pub type_name: String,
    /// Description for the metadata document.
    pub description: Option<String>,
    /// Where it lives.
    pub source: SourceId,
    /// Schema of the table, if named.
    pub schema: Option<Name>,
    /// Table or view.
    pub table: Name,
    /// Properties in the order of the file.
    pub properties: Vec<Property>,
    /// Key properties in key order.
    pub key: Vec<PropertyId>,
    /// Navigation properties.
    pub navigations: Vec<Navigation>,
    /// Indexes known to the model; what decides the lane.
    pub indexes: Vec<Index>,
    /// How the total is counted.
    pub count: CountMode,
    by_name: HashMap<String, PropertyId>,
}

impl EntitySet {
    /// Fills the name index; call once the properties are complete.
    pub fn index_names(mut self) -> EntitySet {
        self.by_name =
            self.properties.iter().enumerate().map(|(i, p)| (p.name.clone(), PropertyId(i as u16))).collect();
        self
    }

    /// An entity set without properties, to be filled.
    pub fn new(name: String, type_name: String, source: SourceId, table: Name) -> EntitySet {
        EntitySet {
            name,
            type_name,
            description: None,
            source,
            schema: None,
            table,
            properties: Vec::new(),
            key: Vec::new(),
            navigations: Vec::new(),
            indexes: Vec::new(),
            count: CountMode::Exact,
            by_name: HashMap::new(),
        }
    }

    /// The property of that name, in its exact case.
    pub fn property_named(&self, name: &str) -> Option<PropertyId> {
        self.by_name.get(name).copied()
    }

    /// The property with that id.
    pub fn property(&self, id: PropertyId) -> &Property {
        &self.properties[id.0 as usize]
    }

    /// Ids of all properties, in order.
    pub fn property_ids(&self) -> impl Iterator<Item = PropertyId> + '_ {
        (0..self.properties.len()).map(|i| PropertyId(i as u16))
    }

    /// Whether the property is part of the key.
    pub fn is_key(&self, id: PropertyId) -> bool {
        self.key.contains(&id)
    }
}

/// One property with its column.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Property name.
    pub name: String,
    /// Column name.
    pub column: Name,
    /// Type in the metadata document.
    pub ty: EdmType,
    /// Type in the database.
    pub sql: SqlType,
    /// Whether null can be returned.
    pub nullable: bool,
    /// Characters of a String, bytes of a Binary.
    pub max_length: Option<u32>,
    /// Digits of a Decimal.
    pub precision: Option<u16>,
    /// Fraction digits of a Decimal.
    pub scale: Option<u16>,
    /// For text: whether the database's own comparison of the column is exact (no folding, trailing blanks count).
    pub exact: bool,
    /// For a Boolean kept as something else: the stored values of true and of false.
    pub flags: Option<Flags>,
    /// Whether `$search` looks into it.
    pub searchable: bool,
    /// Whether `$search` tells upper from lower case here.
    pub search_case_sensitive: bool,
    /// What a stored value that breaks the type becomes.
    pub on_bad_value: OnBadValue,
    /// Description for the metadata document.
    pub description: Option<String>,
}

/// Stored values of a flag column.
#[derive(Clone, Debug, PartialEq)]
pub struct Flags {
    /// Values that mean true.
    pub truthy: Vec<Flag>,
    /// Values that mean false; anything else is null.
    pub falsy: Vec<Flag>,
}

/// One stored value of a flag column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flag {
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// What becomes of a stored value that breaks its property's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnBadValue {
    /// Null (over-long text is cut), counted and logged.
    #[default]
    Null,
    /// The request fails.
    Error,
}

/// A navigation property.
#[derive(Clone, Debug, PartialEq)]
pub struct Navigation {
    /// Name.
    pub name: String,
    /// Entity set pointed at; may live in another source.
    pub target: EntitySetId,
    /// Many partners, or at most one.
    pub collection: bool,
    /// Pairs of own property and partner's property that are equal.
    pub on: Vec<(PropertyId, PropertyId)>,
    /// The partner's navigation back, by name.
    pub partner: Option<String>,
}

/// An index as far as planning needs it: which properties lead it.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Indexed properties in order; stops at the first part that is no plain column of the model.
    pub properties: Vec<PropertyId>,
    /// Whether it allows a value once only.
    pub unique: bool,
}
