<?php
/** The parenthesis is missing on purpose: php -l says so. */
function greetings(string $place): string
{
    return sprintf('Greetings from %s!', $place;
}
