//! Resolves what properties are named by: keys, indexes and navigations.

use super::{Built, Context};
use crate::config::indexes::IndexEntry;
use crate::config::model_file::NavigationEntry;
use crate::config::{Code, Spot};
use crate::model::{EdmType, EntitySetId, Index, Navigation, Property, PropertyId};

/// Resolves the links of every set.
pub(super) fn resolve(cx: Context<'_>, sets: &mut [Built<'_>]) {
    for built in sets.iter_mut() {
        built.set.key = key(cx, built);
        built.set.indexes = indexes(cx, built);
    }
    let navigations: Vec<_> = sets.iter().map(|built| navigations(cx, built, sets)).collect();
    for (built, navigations) in sets.iter_mut().zip(navigations) {
        built.set.navigations = navigations;
    }
}

fn find(cx: Context<'_>, built: &Built<'_>, name: &Spot<String>) -> Option<PropertyId> {
    let found = built.set.property_named(&name.value);
    if found.is_none() {
        let what = format!("property of `{}` named", built.set.name);
        cx.unknown(name, &what, built.set.properties.iter().map(|p| p.name.as_str()));
    }
    found
}

fn key(cx: Context<'_>, built: &Built<'_>) -> Vec<PropertyId> {
    let Some(names) = built.entry.key.as_ref().filter(|key| !key.value.is_empty()) else {
        let span = built.entry.key.as_ref().map_or(&built.entry.name.span, |key| &key.span);
        let message = format!("the entity set `{}` has no key", built.set.name);
        let finding = cx.error(Code::NoKey, span, message).label("which row is which?");
        let help = "write key = [\"...\"] with properties whose values together occur once only and are never null";
        cx.report.add(finding.help(help));
        return Vec::new();
    };
    let mut key = Vec::new();
    for name in &names.value {
        match find(cx, built, name) {
            Some(id) if key.contains(&id) => {
                let finding = cx.error(Code::DuplicateName, &name.span, "a key names each property once");
                cx.report.add(finding.label("named twice").help("remove one of them"));
            }
            Some(id) => key.push(id),
            None => {}
        }
    }
    key
}

/// The indexes as written; without a word about them the key is taken to be indexed, as a primary key is.
fn indexes(cx: Context<'_>, built: &Built<'_>) -> Vec<Index> {
    let Some(entries) = &built.entry.indexes else {
        return vec![Index { properties: built.set.key.clone(), unique: true }];
    };
    entries.iter().filter_map(|entry| index(cx, built, entry)).collect()
}

/// An index as planning may use it: its leading plain columns. One that holds some rows only, or is no B-tree, leads
/// nowhere.
fn index(cx: Context<'_>, built: &Built<'_>, entry: &IndexEntry) -> Option<Index> {
    let parts: Vec<_> = entry.on.iter().map(|part| find(cx, built, part.property.as_ref()?)).collect();
    let names = || entry.on.iter().filter_map(|part| part.property.as_ref()).map(|name| name.value.as_str());
    let mut special = Vec::new();
    for name in entry.prefix.iter().map(|(name, _)| name).chain(entry.collate.iter().map(|(name, _)| name)) {
        if names().all(|known| known != name.value) {
            cx.unknown(name, "part of this index named", names());
        }
        special.extend(built.set.property_named(&name.value));
    }
    let plain = |id: &Option<PropertyId>| id.filter(|id| !special.contains(id));
    let properties: Vec<_> = parts.iter().map_while(plain).collect();
    let unique = entry.unique && properties.len() == parts.len();
    (entry.condition.is_none() && entry.method.is_none()).then_some(Index { properties, unique })
}

fn navigations(cx: Context<'_>, built: &Built<'_>, sets: &[Built<'_>]) -> Vec<Navigation> {
    built.entry.navigations.iter().filter_map(|entry| navigation(cx, built, entry, sets)).collect()
}

fn navigation(cx: Context<'_>, built: &Built<'_>, entry: &NavigationEntry, sets: &[Built<'_>]) -> Option<Navigation> {
    let to = entry.to.as_ref()?;
    let Some(index) = sets.iter().position(|target| target.set.name == to.value) else {
        cx.unknown(to, "entity set", sets.iter().map(|target| target.set.name.as_str()));
        return None;
    };
    let target = &sets[index];
    let mut on = Vec::new();
    for (own, partner) in &entry.on {
        let (Some(own_id), Some(partner_id)) = (find(cx, built, own), find(cx, target, partner)) else { continue };
        let sound = built.sound[own_id.0 as usize] && target.sound[partner_id.0 as usize];
        let (left, right) = (built.set.property(own_id), target.set.property(partner_id));
        if sound && !comparable(left, right) {
            let message = format!("`{}` and `{}` cannot be equal", left.name, right.name);
            let label = format!("Edm.{} here, Edm.{} there", left.ty.name(), right.ty.name());
            let finding = cx.error(Code::TypeMismatch, &partner.span, message).label(label);
            cx.report.add(finding.help("both ends of a navigation have types of the same kind"));
        }
        on.push((own_id, partner_id));
    }
    if entry.on.is_empty() {
        let message = format!("the navigation `{}` does not say what is equal", entry.name.value);
        let finding = cx.error(Code::MissingKey, &entry.name.span, message).label("no pair in `on`");
        cx.report.add(finding.help("write on = { CustomerId = \"Id\" }: own property = the partner's"));
    }
    partner(cx, built, entry, target);
    let target = EntitySetId(u16::try_from(index).ok()?);
    let partner = entry.partner.as_ref().map(|name| name.value.clone());
    Some(Navigation { name: entry.name.value.clone(), target, collection: entry.collection, on, partner })
}

/// The navigation back must exist and lead back.
fn partner(cx: Context<'_>, built: &Built<'_>, entry: &NavigationEntry, target: &Built<'_>) {
    let Some(name) = &entry.partner else { return };
    let back = target.entry.navigations.iter().find(|back| back.name.value == name.value);
    let Some(back) = back else {
        let what = format!("navigation of `{}` named", target.set.name);
        return cx.unknown(name, &what, target.entry.navigations.iter().map(|back| back.name.value.as_str()));
    };
    let leads_back = back.to.as_ref().is_none_or(|to| to.value == built.set.name);
    let mirrored = entry.on.len() == back.on.len()
        && entry.on.iter().all(|(a, b)| back.on.iter().any(|(x, y)| x.value == b.value && y.value == a.value));
    if !leads_back || !mirrored {
        let message = format!("`{}` is not the way back of `{}`", name.value, entry.name.value);
        let label = if leads_back { "its `on` pairs other properties" } else { "it leads elsewhere" };
        let finding = cx.error(Code::Conflict, &name.span, message).label(label);
        cx.report
            .add(finding.help("a partner leads to this entity set and pairs the same properties the other way round"));
    }
}

fn comparable(left: &Property, right: &Property) -> bool {
    let kind = |ty: EdmType| if ty.is_numeric() { EdmType::Decimal } else { ty };
    kind(left.ty) == kind(right.ty)
}
