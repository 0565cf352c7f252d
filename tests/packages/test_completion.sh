#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What bash completes after "spnhealthd": $SPNHEALTHD's own options, checks and
# formats, with the package bash-completion and without, and at a prompt.

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"

completion=$top/etc/bash-completion/spnhealthd
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
exit_on_signals

# The shells below find the program by its name.
mkdir "$scratch/bin"
ln -s "${SPNHEALTHD:?names the program to test}" "$scratch/bin/spnhealthd"
PATH=$scratch/bin:$PATH
cd "$scratch"
touch monitor.keytab "two words.keytab" other.yaml

# completed WORD...: what a bash that knows nothing else offers for the last
# word of "spnhealthd WORD...", a line each.  The words are as readline splits
# them: "=" and ":" are words of their own.
completed()
{
    # shellcheck disable=SC2016  # for the other shell
    bash --norc --noprofile -c '
        source "$0"
        COMP_WORDS=(spnhealthd "$@")
        COMP_CWORD=$#
        _spnhealthd spnhealthd "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
        ((${#COMPREPLY[@]} == 0)) || printf "%s\n" "${COMPREPLY[@]}"
    ' "$completion" "$@"
}

# offers "A B C" WORD...: exactly these, whatever their order.
offers()
{
    local expected got

    expected=$(tr ' ' '\n' <<<"$1" | sort)
    shift
    got=$(completed "$@" | sort)
    diff <(printf '%s\n' "$expected") <(printf '%s\n' "$got")
}

check "shellcheck finds nothing in it" shellcheck "$completion"

# ----- options

# All that the lines of the help begin with, before what they take.
options=$(spnhealthd --help | sed -n 's/^ \{2,\}\(-[^ ].*\)/\1/p' |
    sed 's/  .*//' | grep -oE -- '(^|, )--?[A-Za-z-]+' | tr -d ', ')

check "the help has options" test "$(wc -l <<<"$options")" -gt 20
check "every option of the help is offered" offers "$(paste -sd ' ' <<<"$options")" -

each_is_completed()
{
    local option

    while read -r option; do
        completed "${option%?}" | grep -qx -- "$option" || { echo "$option"; return 1; }
    done < <(grep -- '^--' <<<"$options")
}
check "every long option is completed from all but its last letter" each_is_completed
check "no option that the program does not know is offered" \
    offers "" --no-such-option

# ----- checks

checks=$(spnhealthd --list-checks | grep -v "not built in this version" | cut -d ' ' -f 1 | paste -sd ' ')

check "checks follow --check=" offers "$checks" --check =
check "a check is completed" offers clock --check = clo
check "a second check follows a comma, the first not again" \
    offers "clock,spn" --check = clock,sp
check "a check that was named is not offered again" offers "" --check = clock,clo
check "checks follow --check= in one word" offers "--check=clock" --check=clo
check "--check with a space takes no name" offers "--check" --check --check

# ----- arguments

formats=$(spnhealthd --help | sed -n 's/.*--format FORMAT *//p' |
    sed 's/([^)]*)//; s/\<or\>//; s/,/ /g' | xargs)
check "the formats of the help follow -f" offers "$formats" -f ""
check "a format follows --format=" offers nagios --format = n
check "files follow --keytab" offers "monitor.keytab" --keytab mon
check "files follow --config=" offers "other.yaml" --config = oth
check "files follow -c" offers "other.yaml" -c oth
check "files follow --ccache FILE:" offers "monitor.keytab" --ccache FILE : mon
check "nothing is invented for --domain" offers "" --domain ""
check "hosts follow --mail-server" grep -qx localhost <(completed --mail-server local)
check "nothing is offered where the program is missing" \
    env PATH=/usr/bin:/bin bash -c "$(declare -f completed offers); completion=$completion; offers '' -"

# ----- at a prompt

# typed SETUP TEXT: the line that an interactive bash makes of the text, whose
# tabs complete.
typed()
{
    # Control-A goes to the start of the line, for "echo".
    printf '%s\n%s\001echo "<\005>"\nexit\n' "$1" "$2" |
        env PS1= PATH="$PATH" XDG_DATA_DIRS="$scratch/share" \
            script --quiet --command "bash --norc --noprofile -i" /dev/null
}

# becomes LINE SETUP TEXT
becomes()
{
    local expected=$1 shown

    shift
    shown=$(typed "$@")
    grep -qF "<$expected>" <<<"$shown" || { printf '%s\n' "$shown"; return 1; }
}

check "at a prompt, --li and a tab is --list-checks" \
    becomes "spnhealthd --list-checks " "source $completion" $'spnhealthd --li\t'
check "at a prompt, --check=clo and a tab is --check=clock" \
    becomes "spnhealthd --check=clock" "source $completion" $'spnhealthd --check=clo\t'

# Under this name it is found.
mkdir -p share/bash-completion/completions
cp "$completion" share/bash-completion/completions
check "the package bash-completion loads it" \
    becomes "spnhealthd --list-checks " "source /usr/share/bash-completion/bash_completion" \
    $'spnhealthd --li\t'

exit "$failed"
