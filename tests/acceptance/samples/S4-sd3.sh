curl --location --request POST '/sd/v2beta/stable-image/generate/sd3' \
--header 'authorization;' \
--header 'accept;' \
--header 'Authorization: Bearer <token>' \
--form 'prompt=""'
