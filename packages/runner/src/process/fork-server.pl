# Starts recipes for the worker, because a fork costs a process as large as the worker many times what it costs this one.
# Requests come on stdin and answers go to stdout; fork-protocol.ts describes both. When stdin closes, the worker is gone:
# this process ends, and with it what the levels of containment tie to it: by its death, or by their life-line.
# Only what perl-base has is used.
use strict;
use warnings;
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC MSG_DONTWAIT);
require( $0 =~ s{[^/]*$}{recipe-view.pl}r );

my $PIDFD_OPEN   = 434;         # The same number on every architecture.
my $F_SETPIPE_SZ = 1031;        # linux/fcntl.h
my $READ_BYTES = 64 * 1024;

# Perl closes every descriptor above 2 on exec, but not those this process was given itself.
POSIX::close($_) for grep { $_ > 2 } open_descriptors();
# Takes the number 3, which a wrapper gets for its word: nothing else of ours may be there when the child puts it in place.
open my $nothing, '<', '/dev/null' or die "fork server: /dev/null: $!\n";
POSIX::close( watch_process($$) );

my %reactions = ( 0 => \&take_requests );    # By file descriptor: what to do when it turns readable.
my %unread;                                  # By id: the reading end of an output that the worker has not opened yet.
my $requests = '';

answer('ready');
while (1) {
    my $readable = '';
    vec( $readable, $_, 1 ) = 1 for keys %reactions;
    next if select( $readable, undef, undef, undef ) <= 0;
    $reactions{$_}->() for grep { vec $readable, $_, 1 } keys %reactions;
}

sub take_requests {
    my $is_open = sysread STDIN, $requests, $READ_BYTES, length $requests;
    POSIX::_exit(0) unless $is_open;
    while ( length $requests >= 4 ) {
        my $length = unpack 'N', $requests;
        last if length $requests < 4 + $length;
        my ( $verb, $id, @fields ) = unpack '(N/a*)*', substr $requests, 4, $length;
        substr( $requests, 0, 4 + $length ) = '';
        if    ( $verb eq 'opened' )            { delete $unread{$id} }
        elsif ( !eval { start( $id, @fields ); 1 } ) { refuse( $id, $@ ) }
    }
}

sub start {
    my ( $id, $is_wrapped, $cwd, $view_count, @rest ) = @_;
    my @view        = splice @rest, 0, $view_count;
    my @command     = splice @rest, 0, shift @rest;
    my @environment = @rest;
    pipe my $output,  my $output_end  or die "pipe: $!\n";
    # A recipe that prints a screenful at once need not wait for the worker to read it. Where less is allowed, less it is.
    fcntl $output_end, $F_SETPIPE_SZ, 1 << 20;
    pipe my $failure, my $failure_end or die "pipe: $!\n";
    # A recipe that runs as another user may open it again through /dev/stderr; no other path leads to it.
    chmod 0666, $output_end or die "chmod: $!\n";
    my ( $word, $word_end );
    if ($is_wrapped) {
        socketpair $word, $word_end, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
    }
    my $pid = fork // die "fork: $!\n";
    if ( $pid == 0 ) {
        eval { become( $output_end, $word_end, $cwd, \@view, \@command, \@environment ) };
        syswrite $failure_end, $@;
        POSIX::_exit(127);
    }
    close $failure_end;
    # Exec closes the child's copy without a word.
    react( fileno $failure, sub {
        delete $reactions{ fileno $failure };
        my $why;
        sysread $failure, $why, $READ_BYTES;
        close $failure;
        if ($why) { waitpid $pid, 0; return refuse( $id, $why ) }
        follow( $id, $pid, $output, $word );
    } );
}

# In the child. Returns only by dying of what went wrong.
sub become {
    my ( $output_end, $word_end, $cwd, $view, $command, $environment ) = @_;
    POSIX::setsid();
    narrow_view(@$view) if @$view;
    POSIX::dup2( fileno $nothing,    0 );
    POSIX::dup2( fileno $output_end, $_ ) for 1, 2;
    POSIX::dup2( fileno $word_end,   3 ) if $word_end;
    chdir $cwd or die "chdir: $!\n";
    %ENV = map { split /=/, $_, 2 } @$environment;
    no warnings 'exec';
    exec { $command->[0] } @$command or die "exec: $!\n";
}

sub follow {
    my ( $id, $pid, $output, $word ) = @_;
    my $watch = eval { watch_process($pid) };
    if ( !defined $watch ) {
        my $why = $@;
        kill 'KILL', -$pid;
        waitpid $pid, 0;
        return refuse( $id, $why );
    }
    $unread{$id} = $output;
    answer( 'running', $id, $pid, fileno $output );
    react( $watch, sub {
        waitpid $pid, 0;
        my ( $code, $signal ) = ( $? >> 8, $? & 127 );
        delete $reactions{$watch};
        POSIX::close($watch);
        answer( 'exited', $id, $code, $signal, !$word || was_said($word) ? 1 : 0 );
    } );
}

sub was_said {
    my ($word) = @_;
    recv $word, my $said, 16, MSG_DONTWAIT;
    return length( $said // '' ) > 0;
}

sub react {
    my ( $descriptor, $reaction ) = @_;
    $reactions{$descriptor} = $reaction;
}

sub refuse {
    my ( $id, $why ) = @_;
    $why =~ tr/\n/ /;
    answer( 'failed', $id, $why );
}

sub answer { syswrite STDOUT, "@_\n" }

# A descriptor that turns readable when the process ends.
sub watch_process {
    my ($pid) = @_;
    my $descriptor = syscall $PIDFD_OPEN, $pid, 0;
    die "fork server: pidfd_open: $!\n" if $descriptor < 0;
    return $descriptor;
}

sub open_descriptors {
    opendir my $folder, '/proc/self/fd' or die "fork server: /proc/self/fd: $!\n";
    my $own = fileno $folder // -1;
    return grep { /^\d+$/ && $_ != $own } readdir $folder;
}
