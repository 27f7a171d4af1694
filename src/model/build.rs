//! From a model file to a model: names checked, references resolved, every type fitted to its column.
//!
//! Goes on after each problem, so that all of them are reported; whoever calls looks at the report before using the
//! result. Never looks at a live catalog.

mod links;
pub mod names;
pub(crate) mod property;
pub mod sql_types;

use std::ops::Range;
use std::sync::Arc;

use contract::{Dialect, dialect};

use super::{EntitySet, Model, Source, SourceId};
use crate::config::fields::nearest;
use crate::config::model_file::{ModelFile, SetEntry};
use crate::config::{Code, Finding, Profile, Report, SourceConfig, Spot};

/// Entity sets of a model, and properties of a set, at most: their ids have 16 bits.
const MEMBERS_MAX: usize = 10_000;

/// What building needs to know of its surroundings.
#[derive(Clone, Copy)]
struct Context<'a> {
    file: &'a ModelFile,
    profile: Profile,
    report: &'a Report,
}

impl Context<'_> {
    fn error(&self, code: Code, span: &Range<usize>, message: impl Into<String>) -> Finding {
        Finding::error(code, &self.file.file, span.clone(), message)
    }

    fn warning(&self, code: Code, span: &Range<usize>, message: impl Into<String>) -> Finding {
        Finding::warning(code, &self.file.file, span.clone(), message)
    }

    /// Reports a name that stands for nothing, with the nearest one that does.
    fn unknown<'n>(&self, name: &Spot<String>, what: &str, known: impl Iterator<Item = &'n str>) {
        let message = format!("there is no {what} `{}`", name.value);
        let mut finding = self.error(Code::UnknownName, &name.span, message).label("unknown name");
        finding.help = nearest(&name.value, known).map(|near| format!("did you mean \"{near}\"?"));
        self.report.add(finding);
    }
}

/// A set with what it was made from.
struct Built<'a> {
    entry: &'a SetEntry,
    set: EntitySet,
    /// Per property, whether its type could be made out.
    sound: Vec<bool>,
}

/// Builds the model that a service mounts. `mounted` holds the service's sources as indexes into `sources`.
pub fn build(
    file: &ModelFile,
    mounted: &[usize],
    sources: &[SourceConfig],
    profile: Profile,
    report: &Report,
) -> Model {
    let cx = Context { file, profile, report };
    let own: Vec<Source> = mounted.iter().filter_map(|i| sources.get(*i)).map(source).collect();
    names::check(cx);
    let mut sets = Vec::new();
    for entry in file.sets.iter().take(MEMBERS_MAX) {
        sets.push(entity_set(cx, entry, &own));
    }
    if file.sets.len() > MEMBERS_MAX {
        let finding = cx.error(Code::OutOfRange, &file.sets[MEMBERS_MAX].name.span, "too many entity sets");
        report.add(finding.label(format!("at most {MEMBERS_MAX}")).help("mount several models"));
    }
    links::resolve(cx, &mut sets);
    let namespace = file.namespace.as_ref().map(|n| n.value.clone()).unwrap_or_default();
    let sets = sets.into_iter().map(|built| built.set).collect();
    Model::new(namespace, file.container.value.clone(), own, sets)
}

fn source(config: &SourceConfig) -> Source {
    Source { name: config.name.clone(), time_zone: config.time_zone.clone(), dialect: config.dialect }
}

fn entity_set<'a>(cx: Context<'a>, entry: &'a SetEntry, sources: &[Source]) -> Built<'a> {
    let source = source_of(cx, entry, sources);
    let dialect: &Dialect = source.map_or(&dialect::ANSI, |id| sources[id.0 as usize].dialect);
    let type_name = entry.type_name.as_ref().unwrap_or(&entry.name).value.clone();
    let table = Arc::from(entry.table.value.as_str());
    let mut set = EntitySet::new(entry.name.value.clone(), type_name, source.unwrap_or(SourceId(0)), table);
    set.schema = entry.schema.as_deref().map(Arc::from);
    set.description = entry.description.clone();
    set.count = entry.count;
    let key = entry.key.iter().flat_map(|key| &key.value);
    let key: Vec<&str> = key.map(|name| name.value.as_str()).collect();
    let mut sound = Vec::new();
    for property_entry in entry.properties.iter().take(MEMBERS_MAX) {
        let is_key = key.contains(&property_entry.name.value.as_str());
        let (property, is_sound) = property::property(cx, property_entry, dialect, is_key);
        set.properties.push(property);
        sound.push(is_sound);
    }
    Built { entry, set: set.index_names(), sound }
}

/// The source that a set names, or the only one there is.
fn source_of(cx: Context<'_>, entry: &SetEntry, sources: &[Source]) -> Option<SourceId> {
    let names = || sources.iter().map(|source| source.name.as_str());
    let Some(name) = &entry.source else {
        if let [_] = sources {
            return Some(SourceId(0));
        }
        if !sources.is_empty() {
            let message = format!("`{}` does not say which source it lives in", entry.name.value);
            let help = format!("write source = \"...\"; there are {}", names().collect::<Vec<_>>().join(", "));
            cx.report.add(cx.error(Code::MissingKey, &entry.name.span, message).label("no `source`").help(help));
        }
        return None;
    };
    let found = names().position(|known| known == name.value);
    if found.is_none() {
        cx.unknown(name, "source", names());
    }
    found.and_then(|index| u16::try_from(index).ok()).map(SourceId)
}

#[cfg(test)]
mod tests;
