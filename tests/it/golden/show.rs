//! The stages of a request as text: its plan, and its statement in every dialect, told once where dialects share it.

use contract::render::render;
use contract::{Param, Statement};
use tidegate::lower::{self, Count, Start};
use tidegate::model::CountMode;
use tidegate::plan::{self, Output, Plan, Read};

use super::case::Case;
use crate::gateway::{Stages, authorized};

/// Parameters are told one by one up to so many.
const PARAMS_MAX: usize = 12;

/// The sections that no database is needed for.
pub fn stages(case: &Case) -> Vec<(String, String)> {
    let request = case.expanded();
    let all = Stages::all(&case.manner);
    let plans: Vec<Result<Plan, String>> = all.iter().map(|stages| stages.plan(&request)).collect();
    let told = all.iter().zip(&plans).map(|(stages, plan)| {
        let (title, text) = match plan {
            Ok(plan) => ("plan", plan::print(plan, &stages.service.model)),
            Err(error) => ("error", error.clone()),
        };
        (stages.dialect.name, title, text)
    });
    let mut sections = grouped(told.collect());
    let statements = all.iter().zip(plans).filter_map(|(stages, plan)| match plan {
        Ok(Plan::Read(read)) => Some((stages.dialect.name, "sql", statement(case, stages, *read))),
        _ => None,
    });
    sections.extend(grouped(statements.collect()));
    sections
}

/// One section for all dialects that tell the same; named by them unless all do.
fn grouped(told: Vec<(&str, &str, String)>) -> Vec<(String, String)> {
    let mut groups: Vec<(Vec<&str>, &str, String)> = Vec::new();
    for (dialect, title, text) in told {
        match groups.iter_mut().find(|(_, known, other)| *known == title && *other == text) {
            Some((names, ..)) => names.push(dialect),
            None => groups.push((vec![dialect], title, text)),
        }
    }
    let alone = groups.len() == 1;
    groups
        .into_iter()
        .map(|(names, title, text)| {
            let title = if alone { title.to_owned() } else { format!("{title}: {}", names.join(", ")) };
            (title, text)
        })
        .collect()
}

/// The statement that is run first for this plan.
fn statement(case: &Case, stages: &Stages, read: Read) -> String {
    let model = &stages.service.model;
    let cap = match model.set(read.set).count {
        CountMode::Exact => None,
        CountMode::Capped(rows) => Some(rows),
    };
    let start = match &case.after {
        Some(values) => Start::After(values.clone()),
        None => Start::Skip(read.page.skip),
    };
    let first = case.after.is_none();
    let (count, output, fetch) = (read.count && first && !read.at_most_one, read.output.clone(), read.page.fetch());
    let nothing = fetch == 0;
    let authorized = authorized(read);
    let select = match output {
        Output::Count => lower::count(&authorized, model, cap),
        Output::Collection if nothing && count => lower::count(&authorized, model, cap),
        Output::Collection if nothing => return "no statement\n".into(),
        Output::Collection => {
            let count = if count { Count::Column(cap) } else { Count::None };
            lower::page(&authorized, model, &start, fetch, count).select
        }
        _ => lower::page(&authorized, model, &start, 2, Count::None).select,
    };
    match render(&select, stages.dialect) {
        Ok(statement) => show(&statement),
        Err(error) => format!("refused: {error:?}\n"),
    }
}

fn show(statement: &Statement) -> String {
    let mut out = shortened(&lines(&statement.text));
    let params: Vec<String> = statement.params.iter().map(param).collect();
    if params.len() > PARAMS_MAX {
        let (first, last) = (&params[0], &params[params.len() - 1]);
        out += &format!("parameters {first} .. {last}; {} in all\n", params.len());
    } else if !params.is_empty() {
        out += &format!("parameters {}\n", params.join(", "));
    }
    out
}

/// Long runs of marks are told by their number.
fn shortened(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("?, ?, ?, ?, ?, ?, ?, ?, ?") {
        let marks = rest[at..].find(|c| !matches!(c, '?' | ',' | ' ')).unwrap_or(rest.len() - at);
        out += &format!("{}? x {}", &rest[..at], rest[at..at + marks].matches('?').count());
        rest = &rest[at + marks..];
    }
    out + rest
}

/// Each clause of the outermost select on a line of its own.
fn lines(text: &str) -> String {
    let (mut out, mut depth, mut quote) = (String::new(), 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ' ') if depth == 0 => {
                let rest = &text[at + 1..];
                if ["FROM ", "WHERE ", "ORDER BY ", "LIMIT "].iter().any(|word| rest.starts_with(word)) {
                    out.push('\n');
                    continue;
                }
            }
            _ => {}
        }
        out.push(c);
    }
    out + "\n"
}

fn param(param: &Param) -> String {
    format!("{}: {:?}", plan::print_value(&param.value), param.ty)
}
