use pop3_proto::Ticket;
use pop3_proto::server::request;

fn copy(ticket: &Ticket<request::Message>) -> Ticket<request::Message> {
    ticket.clone()
}

fn main() {}
