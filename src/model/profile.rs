//! A model as a profile shows it: what Salesforce cannot take is shown as text or left out.

use super::build::property::TIME_LENGTH;
use super::{EdmType, EntitySet, Model, PropertyId};
use crate::config::Profile;

/// The model as clients of that profile see it.
///
/// A Boolean is never null: a Salesforce checkbox has no third state, so what is not true is false.
pub fn shown(model: Model, profile: Profile) -> Model {
    if profile == Profile::OData {
        return model;
    }
    let Model { namespace, container, sets, sources, .. } = model;
    // Which properties stay must be known for all sets before any navigation is rewritten.
    let kept: Vec<_> = sets.iter().map(kept).collect();
    let sets = sets.into_iter().enumerate().map(|(i, set)| without(set, i, &kept)).collect();
    Model::new(namespace, container, sources, sets)
}

/// For each property the id it will have, if it stays.
fn kept(set: &EntitySet) -> Vec<Option<PropertyId>> {
    let mut next = 0;
    let place = |property: &super::Property| {
        let stays = property.ty != EdmType::Binary;
        let id = stays.then_some(PropertyId(next));
        next += u16::from(stays);
        id
    };
    set.properties.iter().map(place).collect()
}

fn without(mut set: EntitySet, own: usize, kept: &[Vec<Option<PropertyId>>]) -> EntitySet {
    let moved = |set: usize, id: PropertyId| kept.get(set).and_then(|ids| ids.get(id.0 as usize).copied().flatten());
    set.properties.retain(|property| property.ty != EdmType::Binary);
    for property in set.properties.iter_mut().filter(|p| p.ty == EdmType::TimeOfDay) {
        property.ty = EdmType::String;
        property.max_length = Some(TIME_LENGTH);
    }
    for property in set.properties.iter_mut().filter(|p| p.ty == EdmType::Boolean) {
        property.nullable = false;
    }
    set.key = set.key.iter().filter_map(|id| moved(own, *id)).collect();
    set.indexes.retain_mut(|index| {
        // An index serves only up to its first column that nobody can ask for.
        let whole = index.properties.len();
        index.properties = index.properties.iter().map_while(|id| moved(own, *id)).collect();
        index.unique &= index.properties.len() == whole;
        !index.properties.is_empty()
    });
    set.navigations.retain_mut(|navigation| {
        let target = navigation.target.0 as usize;
        let pairs: Option<Vec<_>> =
            navigation.on.iter().map(|(a, b)| Some((moved(own, *a)?, moved(target, *b)?))).collect();
        let stays = pairs.is_some();
        navigation.on = pairs.unwrap_or_default();
        stays
    });
    set.index_names()
}
