<?php
/** One line for each part of an address. */
function address(string ...$parts): string
{
    return implode("\n", $parts);
}
