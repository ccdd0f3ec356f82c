use imap_proto::Ticket;
use imap_proto::server::request;

fn two(ticket: Ticket<request::Idle>) -> (Ticket<request::Idle>, Ticket<request::Idle>) {
    (ticket.clone(), ticket)
}

fn main() {}
