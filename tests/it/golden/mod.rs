//! The golden corpus: `tests/golden/<area>/<case>.md` shows for each request the plan and the SQL of every dialect, and what
//! the databases answer. `UPDATE=1` rewrites what has changed; a change is read as a diff.

pub mod case;
mod show;

use std::sync::Mutex;

use case::Case;

/// Tests that rewrite a file take turns.
static WRITING: Mutex<()> = Mutex::new(());

/// Whether files are rewritten instead of compared.
pub fn updating() -> bool {
    std::env::var("UPDATE").is_ok_and(|value| value == "1")
}

/// Whether the section holds what a database answered.
fn is_answer(title: &str) -> bool {
    title == "answer" || title.starts_with("answer: ")
}

/// Compares sections with a file's, or puts them in their place; tells what differs.
pub fn settle(case: &Case, mine: impl Fn(&str) -> bool, fresh: Vec<(String, String)>) -> Option<String> {
    if updating() {
        let _turn = WRITING.lock().unwrap();
        let current = case::all().into_iter().find(|known| known.name == case.name)?;
        let (kept, old): (Vec<_>, Vec<_>) = current.sections.iter().cloned().partition(|(title, _)| !mine(title));
        if old != fresh {
            let mut all: Vec<(String, String)> = kept.into_iter().chain(fresh).collect();
            all.sort_by_key(|(title, _)| (is_answer(title), if is_answer(title) { title.clone() } else { String::new() }));
            current.write(&all);
        }
        return None;
    }
    let old: Vec<(String, String)> = case.sections.iter().filter(|(title, _)| mine(title)).cloned().collect();
    if old == fresh {
        return None;
    }
    let mut told = format!("\n=== {}\n", case.name);
    for (title, text) in &fresh {
        match old.iter().find(|(known, _)| known == title) {
            Some((_, before)) if before == text => {}
            Some((_, before)) => told += &format!("--- {title}, in the file\n{before}+++ {title}, now\n{text}"),
            None => told += &format!("+++ {title}, not in the file\n{text}"),
        }
    }
    for (title, text) in old.iter().filter(|(title, _)| !fresh.iter().any(|(known, _)| known == title)) {
        told += &format!("--- {title}, no more\n{text}");
    }
    Some(told)
}

#[test]
fn stages_give_what_the_files_show() {
    let cases = case::all();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    let told: Vec<String> =
        cases.iter().filter_map(|case| settle(case, |title| !is_answer(title), show::stages(case))).collect();
    assert!(told.is_empty(), "{}\n{} of {} cases differ; UPDATE=1 rewrites", told.concat(), told.len(), cases.len());
}
