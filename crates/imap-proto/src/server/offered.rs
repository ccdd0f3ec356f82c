//! What a command says that IMAP4rev1 does not have: whether it is offered.

use super::config::Config;
use crate::command::CommandKind;
use crate::command::fetch::FetchItem;
use crate::command::list::ListReturn;
use crate::command::search::{SearchKey, SearchReturn};
use crate::command::status::StatusItem;
use crate::value::capability::Capability;
use crate::value::sequence::SequenceSet;

/// Whether `config` offers the command with all that it says.
pub(super) fn offers(config: &Config, command: &CommandKind<'_>) -> bool {
    let set = |messages| offers_set(config, messages);
    match *command {
        CommandKind::Append(append) => !append.message.binary || config.offers(Capability::Binary),
        CommandKind::Copy { messages, .. } => set(messages),
        CommandKind::Enable(_) => config.offers(Capability::Enable),
        CommandKind::Expunge { uids } => {
            uids.is_none_or(|uids| config.offers(Capability::UidPlus) && set(uids))
        }
        CommandKind::Fetch(fetch) => {
            set(fetch.messages) && fetch.items.items().iter().all(|&item| offers_item(config, item))
        }
        CommandKind::Id(_) => config.offers(Capability::Id),
        CommandKind::Idle => config.offers(Capability::Idle),
        CommandKind::List(list) => {
            // IMAP4rev2 has all of LIST-EXTENDED but this (RFC 9051 appendix C).
            (list.patterns.as_slice().len() == 1
                || config.capabilities.contains(&Capability::ListExtended))
                && (!list.is_extended() || config.offers(Capability::ListExtended))
                && list.returns.iter().all(|&option| offers_return(config, option))
        }
        CommandKind::Move { messages, .. } => config.offers(Capability::Move) && set(messages),
        CommandKind::Namespace => config.offers(Capability::Namespace),
        CommandKind::Search(search) => {
            search.returns.is_none_or(|returns| {
                config.offers(Capability::ESearch)
                    && (!returns.contains(&SearchReturn::Save)
                        || config.offers(Capability::SearchRes))
            }) && search.keys.iter().all(|&key| offers_key(config, key))
        }
        CommandKind::Status(query) => offers_status(config, query.items.as_slice()),
        CommandKind::Store(store) => set(store.messages),
        CommandKind::Unselect => config.offers(Capability::Unselect),
        _ => true,
    }
}

/// `$` is SEARCHRES's (RFC 5182).
fn offers_set(config: &Config, messages: SequenceSet<'_>) -> bool {
    messages != SequenceSet::Saved || config.offers(Capability::SearchRes)
}

/// IMAP4rev2 has BINARY's half of FETCH, and not that of APPEND (RFC 9051 appendix B).
fn offers_item(config: &Config, item: FetchItem<'_>) -> bool {
    let binary = matches!(item, FetchItem::Binary { .. } | FetchItem::BinarySize { .. });
    !binary || config.offers(Capability::Binary) || config.offers(Capability::Imap4Rev2)
}

fn offers_return(config: &Config, option: ListReturn<'_>) -> bool {
    match option {
        ListReturn::Status(items) => {
            config.offers(Capability::ListStatus) && offers_status(config, items.as_slice())
        }
        ListReturn::Subscribed | ListReturn::Children => true,
    }
}

/// RFC 9051 appendix E, 3: SIZE is of RFC 8438, DELETED is new.
fn offers_status(config: &Config, items: &[StatusItem]) -> bool {
    items.iter().all(|item| match item {
        StatusItem::Size => config.offers(Capability::StatusSize),
        StatusItem::Deleted => config.offers(Capability::Imap4Rev2),
        _ => true,
    })
}

/// As deep as keys nest, which is bounded where they are parsed.
fn offers_key(config: &Config, key: SearchKey<'_>) -> bool {
    match key {
        SearchKey::Messages(set) | SearchKey::Uid(set) => offers_set(config, set),
        SearchKey::Not(key) => offers_key(config, *key),
        SearchKey::Or(one, other) => offers_key(config, *one) && offers_key(config, *other),
        SearchKey::And(keys) => keys.iter().all(|&key| offers_key(config, key)),
        _ => true,
    }
}
