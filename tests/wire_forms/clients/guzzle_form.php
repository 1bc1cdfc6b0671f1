<?php
require "GuzzleHttp/autoload.php";
$client = new GuzzleHttp\Client();
$client->post(getenv("URL"), [
    "headers" => ["authorization" => "Bearer sk-test", "accept" => "image/*"],
    "multipart" => [
        ["name" => "prompt", "contents" => getenv("PROMPT")],
        ["name" => "strength", "contents" => "0.5"],
        ["name" => "image", "contents" => fopen(getenv("PICTURE"), "r"), "filename" => getenv("FILENAME")],
    ],
]);
echo "PHP ", GuzzleHttp\default_user_agent(), " in PHP ", PHP_VERSION, "\n";
