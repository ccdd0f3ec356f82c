use smtp_proto::Ticket;
use smtp_proto::server::request;

fn two(ticket: Ticket<request::Data>) -> (Ticket<request::Data>, Ticket<request::Data>) {
    (ticket.clone(), ticket)
}

fn main() {}
