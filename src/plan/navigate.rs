//! The resource path decides what is read and in which form it is answered.

use std::cell::{Cell, RefCell};

use super::scalar::named;
use super::{
    Condition, Cost, Output, Plan, PlanError, Read, Rules, Scope, condition, cost, key, nearest, order, page, search,
    select,
};
use crate::model::{EntitySetId, Model};
use crate::odata::ast::{KeyPredicate, Options, Request, Segment};

/// Plans the path and hands the options to the clauses that the resource takes.
pub(super) fn plan_path(request: &Request, model: &Model, rules: &Rules) -> Result<Plan, PlanError> {
    let (first, rest) = match request.path.split_first() {
        None => return no_options(&request.options, "the service document").map(|()| Plan::ServiceDocument),
        Some(split) => split,
    };
    match first {
        Segment::Metadata if rest.is_empty() => no_options(&request.options, "$metadata").map(|()| Plan::Metadata),
        Segment::Name { name, key } => {
            let set = model.set_named(&name.text).ok_or_else(|| unknown_set(model, &name.text))?;
            below_set(request, model, rules, set, key.as_ref(), rest).map(|read| Plan::Read(Box::new(read)))
        }
        Segment::Other(other) => Err(PlanError::Unsupported { feature: other.text.clone() }),
        other => Err(PlanError::Path { segment: segment_text(rest.first().unwrap_or(other)) }),
    }
}

fn unknown_set(model: &Model, name: &str) -> PlanError {
    if name.contains('.') {
        return PlanError::Unsupported { feature: format!("the operation {name}") };
    }
    let nearest = nearest(name, model.sets.iter().map(|set| set.name.as_str()));
    PlanError::UnknownEntitySet { name: name.to_owned(), nearest }
}

/// The text of a segment for messages.
fn segment_text(segment: &Segment) -> String {
    match segment {
        Segment::Metadata => "$metadata".into(),
        Segment::Count => "$count".into(),
        Segment::Value => "$value".into(),
        Segment::Ref => "$ref".into(),
        Segment::Other(name) => name.text.clone(),
        Segment::Name { name, .. } => name.text.clone(),
    }
}

fn below_set(
    request: &Request,
    model: &Model,
    rules: &Rules,
    set: EntitySetId,
    key: Option<&KeyPredicate>,
    rest: &[Segment],
) -> Result<Read, PlanError> {
    let scope = Scope { model, rules, set, aliases: &request.options.aliases, echoed: RefCell::default(), nodes: Cell::default() };
    let Some(key) = key else {
        return match rest {
            [] => collection(&scope, &request.options),
            [Segment::Count] => count(&scope, &request.options),
            [Segment::Ref, ..] => Err(PlanError::Unsupported { feature: "$ref".into() }),
            [Segment::Other(other), ..] => Err(PlanError::Unsupported { feature: other.text.clone() }),
            [Segment::Name { name, .. }, ..] if name.text.contains('.') => {
                Err(PlanError::Unsupported { feature: format!("the segment {}", name.text) })
            }
            [other, ..] => Err(PlanError::Path { segment: segment_text(other) }),
        };
    };
    let pinned = key::pinned(&scope, key)?;
    match rest {
        [] => entity(&scope, &request.options, pinned),
        [Segment::Name { name, key: None }] => property(&scope, &request.options, pinned, &name.text, false),
        [Segment::Name { name, key: None }, Segment::Value] => {
            property(&scope, &request.options, pinned, &name.text, true)
        }
        [Segment::Name { name, .. }, ..] => {
            below_entity(&scope, &name.text)?;
            Err(PlanError::Path { segment: segment_text(rest.get(1).unwrap_or(&rest[0])) })
        }
        [Segment::Ref, ..] => Err(PlanError::Unsupported { feature: "$ref".into() }),
        [Segment::Value] => Err(PlanError::Unsupported { feature: "media entities".into() }),
        [Segment::Other(other), ..] => Err(PlanError::Unsupported { feature: other.text.clone() }),
        [other, ..] => Err(PlanError::Path { segment: segment_text(other) }),
    }
}

/// Navigation is known by name and answered later.
fn below_entity(scope: &Scope<'_>, name: &str) -> Result<(), PlanError> {
    let set = scope.entity_set();
    if set.navigations.iter().any(|navigation| navigation.name == name) {
        return Err(PlanError::Unsupported { feature: format!("the navigation path {name}") });
    }
    if name.contains('.') {
        return Err(PlanError::Unsupported { feature: format!("the segment {name}") });
    }
    named(set, name, true).map(|_| ())
}

fn collection(scope: &Scope<'_>, options: &Options) -> Result<Read, PlanError> {
    let filter = options.filter.as_ref().map(|expr| condition::condition(scope, expr)).transpose()?;
    let search = options.search.as_deref().map(|text| search::search(text, scope.rules)).transpose()?;
    let order = order::total(scope, options.orderby.as_deref())?;
    let selection = select::columns(scope, options.select.as_deref(), &order)?;
    let at_most_one = filter.as_ref().is_some_and(|filter| key::pins_key(scope, filter));
    let mut read = Read {
        set: scope.set,
        output: Output::Collection,
        columns: selection.columns,
        selected: selection.selected,
        filter,
        search,
        order,
        keyset: selection.keyset,
        page: page::page(scope.rules, options.top, options.skip),
        count: options.count.unwrap_or(false),
        cost: Cost::Keyed,
        at_most_one,
    };
    read.cost = cost::cost(scope, &read);
    Ok(read)
}

/// `/$count` obeys `$filter` and `$search`; with `$top` and `$skip` it is undefined, so they are refused.
fn count(scope: &Scope<'_>, options: &Options) -> Result<Read, PlanError> {
    refuse(options, "$count", &["$top", "$skip", "$select", "$orderby", "$count", "$skiptoken"])?;
    let filter = options.filter.as_ref().map(|expr| condition::condition(scope, expr)).transpose()?;
    let search = options.search.as_deref().map(|text| search::search(text, scope.rules)).transpose()?;
    let mut read = Read {
        set: scope.set,
        output: Output::Count,
        columns: Vec::new(),
        selected: None,
        at_most_one: filter.as_ref().is_some_and(|filter| key::pins_key(scope, filter)),
        filter,
        search,
        order: Vec::new(),
        keyset: Vec::new(),
        page: page::page(scope.rules, Some(1), None),
        count: false,
        cost: Cost::Keyed,
    };
    read.cost = cost::cost(scope, &read);
    Ok(read)
}

fn entity(scope: &Scope<'_>, options: &Options, pinned: Condition) -> Result<Read, PlanError> {
    refuse(options, "one entity", &["$filter", "$top", "$skip", "$orderby", "$count", "$search", "$skiptoken"])?;
    let selection = select::columns(scope, options.select.as_deref(), &[])?;
    Ok(single(scope, Output::Entity, selection, pinned))
}

fn property(scope: &Scope<'_>, options: &Options, pinned: Condition, name: &str, raw: bool) -> Result<Read, PlanError> {
    below_entity(scope, name)?;
    let refused = ["$filter", "$top", "$skip", "$orderby", "$count", "$search", "$skiptoken", "$select"];
    refuse(options, "one property", &refused)?;
    let id = named(scope.entity_set(), name, true)?;
    let column = super::Column { name: name.to_owned(), value: super::scalar::property(scope, id), shown: true };
    let selection = select::Selection { columns: vec![column], selected: None, keyset: Vec::new() };
    Ok(single(scope, Output::Property { property: id, raw }, selection, pinned))
}

/// One row by its key.
fn single(scope: &Scope<'_>, output: Output, selection: select::Selection, pinned: Condition) -> Read {
    Read {
        set: scope.set,
        output,
        columns: selection.columns,
        selected: selection.selected,
        filter: Some(pinned),
        search: None,
        order: Vec::new(),
        keyset: Vec::new(),
        page: page::Page { end: page::PageEnd::Whole, ..page::page(scope.rules, Some(1), None) },
        count: false,
        cost: Cost::Keyed,
        at_most_one: true,
    }
}

/// Refuses options that the resource does not take.
fn refuse(options: &Options, resource: &'static str, refused: &[&'static str]) -> Result<(), PlanError> {
    let given = [
        ("$filter", options.filter.is_some()),
        ("$top", options.top.is_some()),
        ("$skip", options.skip.is_some()),
        ("$orderby", options.orderby.is_some()),
        ("$count", options.count.is_some()),
        ("$search", options.search.is_some()),
        ("$select", options.select.is_some()),
        ("$skiptoken", options.skiptoken.is_some()),
    ];
    match given.into_iter().find(|(name, given)| *given && refused.contains(name)) {
        Some((option, _)) => Err(PlanError::OptionNotApplicable { option, resource }),
        None => Ok(()),
    }
}

fn no_options(options: &Options, resource: &'static str) -> Result<(), PlanError> {
    refuse(options, resource, &["$filter", "$top", "$skip", "$orderby", "$count", "$search", "$select", "$skiptoken"])
}
